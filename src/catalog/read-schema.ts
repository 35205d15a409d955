import type { Session } from '../sources/postgres/session.ts';
import {
  COLUMN,
  CONSTRAINT,
  type ColumnRow,
  type ConstraintRow,
  DATABASE,
  type DatabaseRow,
  INDEX,
  type IndexRow,
  PARENT,
  type ParentRow,
  RELATION,
  type RelationRow,
  VIEW,
  type ViewRow,
} from './catalog-statements.ts';
import type { Column, DatabaseSchema, Relation, TableName } from './database-schema.ts';
import { liftFromPartitions } from './lift-from-partitions.ts';

/** Reads what a database's catalogs say of its tables, in seven statements. No row of a table is read. */
export async function readSchema(session: Session): Promise<DatabaseSchema> {
  const [database] = await readRows<DatabaseRow>(session, DATABASE);
  const relationRows = await readRows<RelationRow>(session, RELATION);
  const parents = await readRows<ParentRow>(session, PARENT);
  const columns = groupBy(await readRows<ColumnRow>(session, COLUMN), ({ relation }) => relation);
  const constraints = groupBy(await readRows<ConstraintRow>(session, CONSTRAINT), ({ relation }) => relation);
  const indexes = groupBy(await readRows<IndexRow>(session, INDEX), ({ relation }) => relation);
  const views = groupBy(await readRows<ViewRow>(session, VIEW), ({ view }) => view);

  const names = new Map(relationRows.map(({ oid, schema, table }) => [oid, { schema, table }]));
  const nameOf = (oid: string): TableName | [] => names.get(oid) ?? [];
  const parentsOf = groupBy(parents, ({ child }) => child);
  const childrenOf = groupBy(parents, ({ parent }) => parent);

  const relations = relationRows.map((row): Relation => {
    const { oid, schema, table, comment, extension, rowSecurity, isReadable } = row;
    const above = (parentsOf.get(oid) ?? []).flatMap(({ parent }) => nameOf(parent));
    const ownColumns = (columns.get(oid) ?? []).map(columnOf);
    return {
      schema,
      table,
      kind: kinds[row.kind],
      comment,
      extension,
      partitionOf: row.isPartition ? (above[0] ?? null) : null,
      inheritsFrom: row.isPartition ? [] : above,
      children: (childrenOf.get(oid) ?? []).flatMap(({ child }) => nameOf(child)),
      columns: ownColumns,
      ...keysOf(constraints.get(oid) ?? [], indexes.get(oid) ?? [], ownColumns),
      indexes: (indexes.get(oid) ?? []).map(({ relation: _, isPrimary: __, ...index }) => ({
        ...index,
        isLifted: false,
      })),
      foreignKeys: (constraints.get(oid) ?? []).flatMap(({ kind, name, columns, ...key }) =>
        kind !== 'f'
          ? []
          : [nameOf(key.referenced)].flat().map((referenced) => ({
              name,
              columns,
              referenced: { ...referenced, columns: key.referencedColumns ?? [] },
              isValidated: key.isValidated,
              isLifted: 'no' as const,
            })),
      ),
      rowSecurity,
      reads: readsOf(oid, views).flatMap(({ relation, column }) =>
        [nameOf(relation)].flat().map((read) => ({ ...read, column })),
      ),
      estimatedRows: estimateOf(row),
      isReadable,
    };
  });
  const { role = '', version = 0 } = database ?? {};
  return {
    database: database?.database ?? '',
    role,
    serverVersion: version,
    relations: liftFromPartitions(relations),
  };
}

const kinds = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialised-view',
  f: 'foreign-table',
} as const satisfies Record<RelationRow['kind'], Relation['kind']>;

async function readRows<Row>(session: Session, sql: string): Promise<Row[]> {
  const rows = await session.query(sql);
  return rows.map(([json]) => JSON.parse(json ?? 'null'));
}

function columnOf({ relation: _, kind, typeKind, ...column }: ColumnRow): Column {
  return { ...column, kind: kind === 'plain' ? plainKind(column.type.schema, typeKind) : kind };
}

function plainKind(schema: string, typeKind: string): Column['kind'] {
  if (typeKind === 'e') return 'enum';
  if (typeKind === 'r' || typeKind === 'm') return 'range';
  return schema === 'pg_catalog' ? 'plain' : 'unknown';
}

function keysOf(
  constraints: ConstraintRow[],
  indexes: IndexRow[],
  columns: Column[],
): Pick<Relation, 'primaryKey' | 'uniqueKeys'> {
  const isNotNull = (name: string | null) =>
    columns.some((column) => column.name === name && !column.isNullable);
  return {
    primaryKey: constraints.find(({ kind }) => kind === 'p')?.columns ?? null,
    uniqueKeys: indexes.flatMap((index) => {
      const plain = index.columns.filter((name) => name !== null);
      const isKey = index.isUnique && index.isValid && index.predicate === null && !index.isPrimary;
      if (!isKey || plain.length < index.columns.length) return [];
      return [{ name: index.name, columns: plain, isComplete: plain.every(isNotNull) }];
    }),
  };
}

/** What a view reads of tables; another view in between counts as read whole. */
function readsOf(view: string, views: Map<string, ViewRow[]>): ViewRow[] {
  const found = new Map<string, ViewRow>();
  const seen = new Set([view]);
  const open = [view];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const row of views.get(next) ?? []) {
      if (!views.has(row.relation)) found.set(`${row.relation} ${row.column}`, row);
      else if (!seen.has(row.relation)) open.push(row.relation);
      seen.add(row.relation);
    }
  }
  return [...found.values()];
}

/** Postgres 14 and later say -1 where nobody has counted; before, 0 rows on 0 pages can mean both. */
function estimateOf({ kind, rows, pages }: RelationRow): number | null {
  if (kind === 'v' || rows < 0) return null;
  return rows === 0 && pages === 0 ? null : Math.round(rows);
}

function groupBy<Item>(items: Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  return Map.groupBy(items, keyOf);
}
