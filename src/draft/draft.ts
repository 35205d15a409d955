import { type DatabaseSchema, findColumn, type Relation, tableKey } from '../catalog/database-schema.ts';
import { reachableFrom } from '../catalog/reach.ts';
import { spell } from '../classify/name-words.ts';
import type { ExclusionReason, Way } from '../config/define.ts';
import { camelCase, humanise } from '../config/names.ts';
import type { Found } from './cover-inherited.ts';
import { type DraftColumn, draftColumns, type TableSample } from './draft-columns.ts';
import type { FoundTables } from './find-tables.ts';
import type { Link } from './link.ts';
import type { Subject } from './ways.ts';
import { writeTable } from './write-names.ts';

/** A config that is not written yet, with everything that is to be said beside it. */
export interface Draft {
  productName: string;
  database: string;
  /** The name of the export: that of the subject's table. */
  exportName: string;
  subject: { table: string; column: string };
  categories: DraftCategory[];
  leftOut: { table: string; reason: ExclusionReason; remark: string; question: string | null }[];
  lookedUp: string[];
  unreached: { table: string; question: string | null }[];
  /** Views, materialised views and foreign tables. */
  notDrafted: string[];
}

export interface DraftCategory {
  name: string;
  from: string;
  only: boolean;
  ways: Way[];
  columns: DraftColumn[];
  orderBy: string[];
  description: string | null;
  remarks: string[];
  questions: string[];
}

/** `samples` by `tableKey`; none where rows were not looked at. */
export function draftConfig(
  schema: DatabaseSchema,
  subject: Subject,
  tables: FoundTables,
  samples: Map<string, TableSample>,
): Draft {
  const taken = new Set<string>();
  const drafted = tables.owned.map((found) => ({
    found,
    category: draftCategory(found, freeName(found.table, taken), {
      links: tables.links,
      sample: samples.get(tableKey(found.table)) ?? null,
    }),
  }));
  const [kept, empty] = partition(drafted, ({ category }) => canLeave(category));
  const leftOut: Draft['leftOut'] = tables.staying.map(({ table, why, question }) => ({
    table: writeTable(table),
    ...why,
    question,
  }));
  for (const { category } of empty) {
    const isSecret = category.columns.some(({ reason }) => reason === 'secret');
    const [question = null] = category.columns.flatMap((column) => column.question ?? []);
    leftOut.push({
      table: category.from,
      reason: isSecret ? 'secret' : 'internal',
      remark: 'every column of it stays',
      question,
    });
  }
  // What a check would call reachable is named, so that it is decided and not forgotten.
  const reachable = new Set(reachableFrom(schema, subject.table).map(tableKey));
  const [undecided, unreached] = partition(tables.unreached, ({ table }) => reachable.has(tableKey(table)));
  for (const { table, question } of undecided) {
    leftOut.push({
      table: writeTable(table),
      reason: 'internal',
      remark: "no row of it was taken for the subject's own",
      question: question ?? "Are any of its rows the subject's? Then add a category.",
    });
  }
  return {
    productName: humanise(spell(schema.database)) || 'Product',
    database: schema.database,
    exportName: /^[A-Za-z][\w-]*$/.test(subject.table.table)
      ? subject.table.table
      : plainName(subject.table.table),
    subject: { table: writeTable(subject.table), column: subject.column },
    categories: kept.map(({ category }) => category),
    leftOut,
    lookedUp: tables.lookedUp.map(writeTable),
    unreached: unreached.map(({ table, question }) => ({ table: writeTable(table), question })),
    notDrafted: tables.notDrafted.map(writeTable),
  };
}

function draftCategory(
  found: Found,
  name: string,
  { links, sample }: { links: Link[]; sample: TableSample },
): DraftCategory {
  const { table, ways, only, otherPeople } = found;
  const linked = new Set(
    links.filter(({ from }) => tableKey(from) === tableKey(table)).flatMap(({ on }) => Object.keys(on)),
  );
  const deletedBy = softDeletion(table);
  const remarks = [...found.remarks];
  if (deletedBy !== null)
    remarks.push(`Rows deleted softly (${deletedBy}) are exported too; \`where\` would keep them.`);
  if (!hasKey(table))
    remarks.push('The table has no key: rows are ordered by all columns that have an order.');
  return {
    name,
    from: writeTable(table),
    only,
    ways,
    columns: draftColumns(table, { otherPeople, sample, linked }),
    orderBy: orderOf(table),
    description: deletedBy === null ? null : 'Deleted ones too.',
    remarks,
    questions: found.questions,
  };
}

/** A category needs a column that leaves, and an order. */
function canLeave({ columns, orderBy }: DraftCategory): boolean {
  return orderBy.length > 0 && columns.some(({ reason }) => reason === null);
}

function hasKey({ primaryKey, uniqueKeys }: Relation): boolean {
  return primaryKey !== null || uniqueKeys.some(({ isComplete }) => isComplete);
}

/** The key; without one, every column that has an order, so that equal rows alone may change places. */
export function orderOf({ primaryKey, uniqueKeys, columns }: Relation): string[] {
  const unique = uniqueKeys.find(({ isComplete }) => isComplete)?.columns;
  const comparable = columns.filter(
    ({ kind, type, elementType, isReadable }) =>
      isReadable &&
      (kind === 'plain' || kind === 'enum' || kind === 'array') &&
      !withoutOrder.has(elementType?.name ?? type.name),
  );
  return primaryKey ?? unique ?? comparable.map(({ name }) => name);
}

const withoutOrder = new Set([
  ...['json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'],
  ...['xid', 'cid', 'aclitem', 'pg_node_tree', 'pg_snapshot', 'txid_snapshot'],
]);

/** The column that says that a row counts as deleted, or null. */
function softDeletion(table: Relation): string | null {
  const found = table.columns.find(({ name }) => deletion.test(spell(name)));
  return found === undefined || findColumn(table, found.name)?.isReadable === false ? null : found.name;
}

const deletion =
  /^(deleted|is_deleted|deleted_(at|on|date|time|flag|ts)|date_deleted|removed_at|is_removed|discarded_at|trashed_at|deletion_(date|time)|soft_deleted|del_flag|is_del|geloescht(_am)?|supprime(_le)?|borrado(_en)?)$/;

/** Two schemas may have a table of one name, and `users` and `Users` may both be there. */
function freeName({ schema, table }: Relation, taken: Set<string>): string {
  const plain = plainName(table);
  const wanted = taken.has(plain) ? plainName(`${schema}_${table}`) : plain;
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
  taken.add(name);
  return name;
}

/** In camelCase, of letters and digits, beginning with a letter. */
function plainName(table: string): string {
  const name = camelCase(spell(table).replace(/[^a-z0-9_]/g, ''));
  return /^[a-z]/i.test(name) ? name : `table${name}`;
}

function partition<Item>(items: Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
