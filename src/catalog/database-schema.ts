/**
 * What the catalogs of a database say of its tables: plain data, no rows. Made by `read-schema.ts`.
 *
 * - *relation*: a table, a partitioned table, a partition, a view, a materialised view or a foreign table.
 * - *lifted*: what is declared on partitions only, shown at the partitioned table too, as if it were declared there.
 */
export interface DatabaseSchema {
  database: string;
  /** Who is asking. */
  role: string;
  /** `180004` */
  serverVersion: number;
  /** By schema and name. Not those of the system. */
  relations: Relation[];
}

export interface TableName {
  schema: string;
  table: string;
}

export interface Relation extends TableName {
  kind: 'table' | 'partitioned' | 'view' | 'materialised-view' | 'foreign-table';
  comment: string | null;
  /** The extension that made it (`postgis` and its `spatial_ref_sys`); null for the product's own. */
  extension: string | null;
  /** The partitioned table whose rows it holds a part of, directly. A partition can be partitioned itself. */
  partitionOf: TableName | null;
  /** Tables that it inherits from, directly; without the one that it is a partition of. */
  inheritsFrom: TableName[];
  /** Partitions and inheriting tables, directly. A read of this one reads them too, unless it says `ONLY`. */
  children: TableName[];
  columns: Column[];
  /** In the order of the key; null when it has none. */
  primaryKey: string[] | null;
  /** Unique constraints and unique indexes over plain columns and all rows, the primary key left out. */
  uniqueKeys: UniqueKey[];
  indexes: Index[];
  foreignKeys: ForeignKey[];
  rowSecurity: RowSecurity;
  /** Columns of tables and materialised views that a view reads, through other views too; empty for tables. */
  reads: ColumnName[];
  /** By the statistics, partitions included; null when there are none yet (and for plain views). */
  estimatedRows: number | null;
  /** Whether the role may read the table whole. Where false, single columns may still be readable. */
  isReadable: boolean;
}

export interface ColumnName extends TableName {
  column: string;
}

export interface Column {
  name: string;
  /** As one would write it in SQL: `numeric(12,6)`, `character varying(60)[]`. */
  writtenType: string;
  /** Domains are looked through: the type that it was made from. */
  type: TypeName;
  /** What the domain is called, if it is of one. */
  domain: TypeName | null;
  /** `unknown` is a type of an extension that is none of the others (PostGIS). */
  kind: 'plain' | 'enum' | 'array' | 'composite' | 'range' | 'json-like' | 'unknown';
  /** Of an array; a domain is looked through. */
  elementType: TypeName | null;
  isNullable: boolean;
  /** Computed by the database from other columns. */
  isGenerated: boolean;
  /** The columns of its table that a generated one is made of; none of them is generated. */
  generatedFrom: string[];
  /** The names of a composite's parts, or of those of an array's elements. */
  parts: string[];
  /** Given by a sequence: `serial`, or `identity`. */
  isNumbered: boolean;
  comment: string | null;
  /** Whether the role may read it. */
  isReadable: boolean;
}

export interface TypeName {
  schema: string;
  name: string;
}

export interface UniqueKey {
  name: string;
  columns: string[];
  /** All its columns are not null, so it is as good as a primary key. */
  isComplete: boolean;
}

export interface Index {
  name: string;
  /** `btree`, `hash`, `gin`, … */
  method: string;
  /** In their order; null stands for an expression. Columns that are only carried along (`include`) are left out. */
  columns: (string | null)[];
  isUnique: boolean;
  /** False while it is built, or when building it failed: the planner does not use it. */
  isValid: boolean;
  /** SQL of a partial index; null when it holds every row. */
  predicate: string | null;
  /** Declared on each partition, and not on the partitioned table. */
  isLifted: boolean;
}

export interface ForeignKey {
  name: string;
  /** Pairs with `referenced.columns`, in their order. */
  columns: string[];
  /** A partition that is referenced is shown as its partitioned table. */
  referenced: TableName & { columns: string[] };
  /** False where older rows were never checked (`not valid`), or none are (`not enforced`). */
  isValidated: boolean;
  /** Declared on partitions only: on all of them, or on some. */
  isLifted: 'no' | 'from-all' | 'from-some';
}

export interface RowSecurity {
  isEnabled: boolean;
  /** Also for the owner of the table. */
  isForced: boolean;
  /** Policies may hide rows from the role that asks, so an export would not be whole. */
  bindsRole: boolean;
}

/** The relation of that name, or null. */
export function findRelation(schema: DatabaseSchema, name: TableName): Relation | null {
  return schema.relations.find((relation) => isSameTable(relation, name)) ?? null;
}

export function findColumn(relation: Relation, name: string): Column | null {
  return relation.columns.find((column) => column.name === name) ?? null;
}

export function isSameTable(one: TableName, other: TableName): boolean {
  return one.schema === other.schema && one.table === other.table;
}

/** For maps: tables of the same name in two schemas have two keys. */
export function tableKey({ schema, table }: TableName): string {
  return JSON.stringify([schema, table]);
}
