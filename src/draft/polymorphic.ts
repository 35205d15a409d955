import { type Column, findColumn, type Relation, tableKey } from '../catalog/database-schema.ts';
import { spell } from '../classify/name-words.ts';
import type { Way } from '../config/define.ts';
import { typesAgree } from './link.ts';
import { className, meansSame } from './table-names.ts';
import { type Owned, type Subject, wayThrough } from './ways.ts';

/** Two columns that name a row of one of several tables: `owner_type` and `owner_id`. */
export interface PolymorphicPair {
  table: Relation;
  typeColumn: string;
  idColumn: string;
  /** What stands in the type column, by a sample; null when there is none. */
  types: string[] | null;
  /** What the framework writes before the name of a class. */
  namespace: string;
  /** The table that the pair is called after: then its type may as well be a kind of row, as `account_type` is. */
  calledAfter: Relation | null;
}

/** Pairs of a text and an id that no foreign key and no table's name explains. */
export function findPairs(tables: Relation[]): PolymorphicPair[] {
  const namespace = tables.some(isLaravels) ? 'App\\Models\\' : '';
  return tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const name = spell(column.name);
      const stem = /^(.*)_(type|class|kind|model)$/.exec(name)?.[1];
      const isText = /^(text|varchar|bpchar|citext)$/.test(column.type.name) || column.kind === 'enum';
      if (stem === undefined || !isText) return [];
      // A pivot is called like its own pair: `taggables` has `taggable_type`.
      const calledAfter = tables.find((other) => other !== table && meansSame(other.table, stem)) ?? null;
      const id = table.columns.find((other) => isIdOf(spell(other.name), stem));
      if (!id || table.foreignKeys.some(({ columns }) => columns.includes(id.name))) return [];
      return [{ table, typeColumn: column.name, idColumn: id.name, types: null, namespace, calledAfter }];
    }),
  );
}

/** Those of which it is sure that they are one: `user_type` beside `user_id` is, where it was seen to be 'User'. */
export function certainPairs(pairs: PolymorphicPair[]): PolymorphicPair[] {
  return pairs.filter(
    ({ calledAfter, types }) =>
      calledAfter === null || types?.some((type) => meansSame(lastWord(type), calledAfter.table)),
  );
}

/** It counts its migrations in batches, and writes the whole names of classes. */
function isLaravels(table: Relation): boolean {
  return table.table === 'migrations' && findColumn(table, 'batch') !== null;
}

/** Tables that name their owner as Django's content types do: by a number that only its own table explains. */
export function hasContentType({ columns }: Relation): boolean {
  const names = columns.map(({ name }) => spell(name));
  return names.includes('content_type_id') && names.includes('object_id');
}

function isIdOf(name: string, stem: string): boolean {
  return [`${stem}_id`, `${stem}id`, `${stem}_uuid`, `${stem}_pk`, `${stem}_key`].includes(name);
}

/** Adds tables that are reached by such a pair alone. */
export function reachPolymorphic(
  subject: Subject,
  pairs: PolymorphicPair[],
  owned: Map<string, Owned>,
): void {
  const targets = [...owned.values()]
    .filter(({ passesOn }) => passesOn)
    .sort((one, other) => one.distance - other.distance);
  for (const pair of pairs) {
    if (owned.has(tableKey(pair.table))) continue;
    const id = findColumn(pair.table, pair.idColumn);
    if (id === null) continue;
    const matches = targets.flatMap((to) => matchOf(subject, pair, id, to) ?? []);
    // Nobody said which tables it may name: the nearest ones are tried, and the others asked about.
    const used = pair.types === null ? matches.slice(0, MOST_GUESSED) : matches;
    if (used.length === 0) continue;
    owned.set(tableKey(pair.table), {
      table: pair.table,
      ways: used.flatMap(({ ways }) => ways),
      distance: Math.min(...used.map(({ to }) => to.distance)) + 1,
      passesOn: true,
      otherPeople: [],
      remarks: [],
      questions: [questionOf(pair, used)],
    });
  }
}

const MOST_GUESSED = 40;

interface Match {
  to: Owned;
  ways: Way[];
  type: string;
}

function matchOf(subject: Subject, pair: PolymorphicPair, id: Column, to: Owned): Match | null {
  const key = to.distance === 0 ? subject.column : to.table.primaryKey?.[0];
  const target = key === undefined ? null : findColumn(to.table, key);
  if (target === null || (to.table.primaryKey?.length ?? 0) > 1 || !typesAgree(id, target)) return null;
  if (to.table === pair.table) return null;
  const types =
    pair.types === null
      ? [`${pair.namespace}${className(to.table.table)}`]
      : pair.types.filter((type) => meansSame(lastWord(type), to.table.table));
  const [type] = types;
  if (type === undefined) return null;
  const ways = types.flatMap((one) =>
    to.ways.map((way) => ({
      ...wayThrough({ on: { [pair.idColumn]: target.name } }, to, way),
      is: { [pair.typeColumn]: one },
    })),
  );
  return { to, ways, type };
}

/** Of the whole name of a class. */
function lastWord(type: string): string {
  return type.split(/[\\.:/]/).at(-1) ?? type;
}

function questionOf({ typeColumn, types }: PolymorphicPair, used: Match[]): string {
  const all = used.map(({ type }) => `'${type}'`);
  const words = all.length > 6 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ');
  return types === null
    ? `What stands in ${typeColumn}? The draft takes ${words}, as frameworks write them. A draft with --sample takes those that are there.`
    : `${typeColumn} was seen to be ${words} for rows of the subject. Are there others?`;
}
