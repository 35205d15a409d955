import {
  type DatabaseSchema,
  findRelation,
  type Relation,
  type TableName,
  tableKey,
} from '../catalog/database-schema.ts';
import { type Link, linksOf } from '../catalog/links.ts';
import { parseTable } from '../config/names.ts';
import { editDistance } from '../edit-distance.ts';
import { HandoverError } from '../errors.ts';
import { isOfOrganisations, isOfPeople } from './table-names.ts';
import type { Subject } from './ways.ts';
import { writeTable } from './write-names.ts';

/** A table that may be what exports are about. */
export interface Guess {
  table: Relation;
  /** Tables that are reached from it. */
  reaches: number;
  /** Much likelier than any other. */
  isClear: boolean;
}

/** Tables with rows of their own that can be drafted: no partitions, no views, none of an extension. */
export function draftable(schema: DatabaseSchema): Relation[] {
  return schema.relations.filter(
    ({ kind, partitionOf, extension }) =>
      (kind === 'table' || kind === 'partitioned') && partitionOf === null && extension === null,
  );
}

/** The likeliest subjects, best first, at most five: by what they are called, and by how much hangs on them. */
export function guessSubjects(schema: DatabaseSchema): Guess[] {
  const tables = draftable(schema);
  const links = linksOf(schema).filter(({ by }) => by !== 'polymorphic');
  const scored = tables
    .filter((table) => keyColumn(table) !== null && table.inheritsFrom.length === 0)
    .map((table) => {
      const reaches = reachOf(table, links);
      const byName = isOfOrganisations(table.table) ? 3 : isOfPeople(table.table) ? 3 : 0;
      const isStaff = /staff|employee|agent|operator|admin|driver|doctor|teacher|author/i.test(table.table);
      return { table, reaches, score: reaches * (byName === 0 ? 0.3 : isStaff ? 0.5 : byName) };
    })
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, 5);
  const [first, second] = scored;
  return scored.map(({ table, reaches, score }) => ({
    table,
    reaches,
    isClear: score === first?.score && score >= 1.5 * (second?.score ?? 0) && score >= 3,
  }));
}

function reachOf(start: Relation, links: Link[]): number {
  const seen = new Set([tableKey(start)]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { from, to } of links) {
      if (!seen.has(tableKey(to)) || seen.has(tableKey(from))) continue;
      seen.add(tableKey(from));
      grew = true;
    }
  }
  return seen.size - 1;
}

/** The table that was named. Throws `invalid_request` when there is none, or none that can be a subject. */
export function chooseSubject(schema: DatabaseSchema, written: string): Subject {
  const name = parseTable(written);
  const tables = draftable(schema);
  const exact = name && findRelation(schema, name);
  const elsewhere = tables.filter(({ table }) => table === written);
  const table = exact ?? (elsewhere.length === 1 ? elsewhere[0] : undefined);
  if (table === undefined) throw unknownTable(written, tables);
  if (!tables.includes(table)) {
    throw new HandoverError(
      'invalid_request',
      `--subject ${written}: a ${table.kind.replace('-', ' ')} cannot be drafted from; name the table that it reads.`,
    );
  }
  const column = keyColumn(table);
  if (column === null) {
    throw new HandoverError(
      'invalid_request',
      `--subject ${written}: expected a table with a key of one column, which is what an export is asked for by.`,
    );
  }
  return { table, column };
}

/** The key of one column by which an export can be asked for, or null. */
export function keyColumn({ primaryKey, uniqueKeys, columns }: Relation): string | null {
  const [only, ...others] = primaryKey ?? [];
  if (only !== undefined && others.length === 0) return only;
  const unique = uniqueKeys.find((key) => key.columns.length === 1 && key.isComplete);
  const id = primaryKey?.find((name) => name === 'id') ?? null;
  return (
    unique?.columns[0] ?? id ?? columns.find(({ name }) => primaryKey === null && name === 'id')?.name ?? null
  );
}

function unknownTable(written: string, tables: TableName[]): HandoverError {
  const near = tables
    .map((table) => writeTable(table))
    .map((name) => ({ name, distance: editDistance(name.toLowerCase(), written.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, 3)
    .map(({ name }) => name);
  return new HandoverError(
    'invalid_request',
    `--subject ${written}: the database has no such table. ${near.length > 0 ? `Near it are: ${near.join(', ')}.` : ''}`,
    { details: { near } },
  );
}
