import { spell } from '../classify/name-words.ts';
import {
  type Column,
  type DatabaseSchema,
  findColumn,
  type Relation,
  type TableName,
  tableKey,
} from './database-schema.ts';

/** A table whose rows name a row of another table. */
export interface Link {
  from: TableName;
  /** Pairs with `toColumns`, in their order. */
  columns: string[];
  to: TableName;
  toColumns: string[];
  /**
   * `foreign-key`: declared. `convention`: no key is declared, and the column is called after the table. `role`: called
   * after what a person does in the row, `author_id`. `polymorphic`: beside it stands a column that says of which table.
   */
  by: 'foreign-key' | 'convention' | 'role' | 'polymorphic';
  /** Polymorphic: the column that says of which table. */
  typeColumn?: string;
}

/**
 * All links of a schema, from tables only (a view repeats what its tables say). Partitions are left out: their table
 * stands for them. A column with a foreign key is taken at its word; the others are read by their names.
 */
export function linksOf(schema: DatabaseSchema): Link[] {
  const tables = schema.relations.filter(
    ({ kind, partitionOf, extension }) =>
      (kind === 'table' || kind === 'partitioned' || kind === 'foreign-table') &&
      partitionOf === null &&
      extension === null,
  );
  const targets = nameTargets(tables.flatMap((relation) => targetOf(relation) ?? []));
  return tables.flatMap((relation) => [...declared(relation), ...byName(relation, targets)]);
}

function declared(relation: Relation): Link[] {
  return relation.foreignKeys.map(({ columns, referenced }) => ({
    from: nameOf(relation),
    columns,
    to: nameOf(referenced),
    toColumns: referenced.columns,
    by: 'foreign-key',
  }));
}

/** A table that a column can name: one with a key of one column. */
interface Target {
  relation: Relation;
  key: Column;
}

interface Targets {
  all: Target[];
  /** By spelled name, `billing_accounts`, and by it with its words run together. */
  byName: Map<string, Target[]>;
  /** By each of the name's ends, `accounts`. */
  byEnd: Map<string, Target[]>;
  ofPeople: Target[];
}

function targetOf(relation: Relation): Target | null {
  const candidates = [relation.primaryKey, ...relation.uniqueKeys.map(({ columns }) => columns)];
  const [single] = candidates.find((columns) => columns?.length === 1) ?? [];
  const key = findColumn(relation, single ?? 'id');
  return key === null ? null : { relation, key };
}

function nameTargets(all: Target[]): Targets {
  const targets: Targets = { all, byName: new Map(), byEnd: new Map(), ofPeople: [] };
  const add = (map: Map<string, Target[]>, name: string, target: Target) =>
    map.set(name, [...(map.get(name) ?? []), target]);
  for (const target of all) {
    const words = spell(target.relation.table).split('_');
    add(targets.byName, words.join('_'), target);
    if (words.length > 1) add(targets.byName, words.join(''), target);
    for (let from = 1; from < words.length; from++) add(targets.byEnd, words.slice(from).join('_'), target);
    if (people.test(words.join('_'))) targets.ofPeople.push(target);
  }
  return targets;
}

function byName(relation: Relation, targets: Targets): Link[] {
  const taken = new Set(relation.foreignKeys.flatMap(({ columns }) => columns));
  return relation.columns.flatMap((column): Link[] => {
    const stem = taken.has(column.name) ? null : stemOf(column.name);
    if (stem === null) return [];
    const suits = ({ key, relation: target }: Target) =>
      haveOneType(key, column) && !(tableKey(target) === tableKey(relation) && key.name === column.name);
    const link = ({ relation: target, key }: Target, by: Link['by']): Link => ({
      from: nameOf(relation),
      columns: [column.name],
      to: nameOf(target),
      toColumns: [key.name],
      by,
    });
    const named = calledAfter(stem, targets, suits, relation.schema);
    if (named !== null) return [link(named, 'convention')];
    const typeColumn = relation.columns.find(({ name }) =>
      [`${stem}_type`, `${stem}_class`, `${stem}_kind`].includes(spell(name)),
    );
    if (typeColumn !== undefined) {
      const any = targets.all.filter(suits);
      return any.map((target) => ({ ...link(target, 'polymorphic'), typeColumn: typeColumn.name }));
    }
    if (!roles.test(stem)) return [];
    const suitable = targets.ofPeople.filter(suits);
    const users = suitable.filter((target) => /(^|_)users?$/.test(spell(target.relation.table)));
    const [only] = suitable.length === 1 ? suitable : users.length === 1 ? users : [];
    return only === undefined ? [] : [link(only, 'role')];
  });
}

/** `accountId`, `account_uuid`, `accountid` → `account`; `created_by` → `created`; null for what names no row. */
function stemOf(column: string): string | null {
  const match = /^(.+?)_?(id|uuid|guid|fk|ref|by)$/.exec(spell(column));
  return match?.[1] ?? null;
}

/** The one table of that name; the longest name that the column ends with; or the one table that ends with it. */
function calledAfter(
  stem: string,
  targets: Targets,
  suits: (target: Target) => boolean,
  schema: string,
): Target | null {
  const words = stem.split('_');
  const ends = words.map((_, from) => words.slice(from).join('_'));
  const attempts = [
    ...ends.map((end) => formsOf(end).flatMap((form) => targets.byName.get(form) ?? [])),
    formsOf(stem).flatMap((form) => targets.byEnd.get(form) ?? []),
  ];
  for (const found of attempts.map((candidates) => candidates.filter(suits))) {
    const here = found.filter(({ relation }) => relation.schema === schema);
    const [only, ...others] = here.length > 0 ? here : found;
    if (only !== undefined && others.length === 0) return only;
  }
  return null;
}

/** How a table of such things may be called: `company` → `company`, `companies`. */
function formsOf(noun: string): string[] {
  const at = noun.lastIndexOf('_') + 1;
  const plural = irregular[noun.slice(at)];
  return [
    noun,
    `${noun}s`,
    `${noun}es`,
    ...(noun.endsWith('y') ? [`${noun.slice(0, -1)}ies`] : []),
    ...(plural === undefined ? [] : [noun.slice(0, at) + plural]),
  ];
}

const irregular: Record<string, string> = {
  person: 'people',
  child: 'children',
  medium: 'media',
  man: 'men',
};

const people =
  /(^|_)(users?|members?|persons?|people|customers?|clients?|employees?|staff|profiles?|accounts?)$/;
const roles =
  /(^|_)(creat(or|ed)|own(er|ed)|author(ed)?|updat(er|ed)|modifi(er|ed)|edit(or|ed)|assign(ee|er|ed)|send(er)?|sent|recipient|receiver|requester|requested|approver|approved|reviewer|reviewed|invit(er|ee|ed)|submitter|submitted|uploader|uploaded|delet(er|ed)|closed|opened|resolved|actor|caller|callee|agent|host|guest|manager|leader?|reporter|seller|buyer|driver|patient|parent_user|performed|signed|granted|blocked|follower|followee|referrer|referred)$/;

/** Two columns that can hold the same id. Whole numbers of all sizes can, and texts of all kinds. */
function haveOneType(one: Column, other: Column): boolean {
  const family = ({ type }: Column) => families[type.name] ?? `${type.schema}.${type.name}`;
  return family(one) === family(other);
}

const families: Record<string, string> = {
  ...{ int2: 'whole number', int4: 'whole number', int8: 'whole number', numeric: 'whole number' },
  ...{ text: 'text', varchar: 'text', bpchar: 'text', citext: 'text', name: 'text' },
};

function nameOf({ schema, table }: TableName): TableName {
  return { schema, table };
}
