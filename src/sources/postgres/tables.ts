import { type Selection, waysOf } from '../source.ts';
import { quoteLiteral, quoteTable } from './quote.ts';
import type { Session } from './session.ts';
import { type ReadColumn, readTypes } from './types.ts';

/** A column as the catalog has it. */
export interface CatalogColumn extends ReadColumn {
  name: string;
  /** False only where a constraint that was checked on every row says so. */
  isNullable: boolean;
  /** Of `pg_collation`; 0 for a type that has none. */
  collationOid: string;
  /** Text whose order is not that of its bytes, or may not be: what is known of a key, `settleKeys` says. */
  needsCollation: boolean;
}

export interface CatalogTable {
  oid: string;
  /** As SQL writes it, with its schema. */
  name: string;
  /**
   * Whether a row has an address on a page, `ctid`, that no other has: tables and materialised views have, views not, nor
   * foreign tables, also as partitions or children: many rows behind one may have the same.
   */
  hasAddresses: boolean;
  isPartitioned: boolean;
  /** A table that no other inherits from: its rows are in its own file. */
  isAlone: boolean;
  columns: Map<string, CatalogColumn>;
}

export interface Place {
  schema: string;
  table: string;
}

/** What a session has asked about: it lives for one transaction, and what is read in it is of one instant. */
interface Known {
  tables: Map<string, CatalogTable>;
  /** Oids of collations that order by bytes; null before they were asked for. */
  bytewise: Set<string> | null;
}

const knownOf = new WeakMap<Session, Known>();

function knownBy(session: Session): Known {
  const known = knownOf.get(session) ?? { tables: new Map(), bytewise: null };
  knownOf.set(session, known);
  return known;
}

/** The tables that selections name, asked of the server at once: planning the statement is most of what it costs. */
export async function readTables(session: Session, selections: Selection[]): Promise<void> {
  const { tables } = knownBy(session);
  const unknown = selections
    .flatMap((selection) => [
      selection,
      ...waysOf(selection.belongsTo).flatMap(({ through = [] }) => through),
    ])
    .filter((place) => !tables.has(quoteTable(place)));
  if (unknown.length > 0) await readPlaces(session, unknown);
}

/**
 * Null for what is not there. Asked of the server once a session: many ways lead through the same tables, and a category
 * is counted and then read. A table that is altered in between is noticed at the end of the read, by its files.
 */
export async function findTable(session: Session, place: Place): Promise<CatalogTable | null> {
  const { tables } = knownBy(session);
  if (!tables.has(quoteTable(place))) await readPlaces(session, [place]);
  return tables.get(quoteTable(place)) ?? null;
}

/** Finds out of the columns that order a table's rows whether their order is that of their bytes. */
export async function settleKeys(session: Session, { columns }: CatalogTable, keys: string[]): Promise<void> {
  const known = knownBy(session);
  for (const name of keys) {
    const column = columns.get(name);
    if (!column?.needsCollation) continue;
    known.bytewise ??= await readBytewise(session);
    columns.set(name, { ...column, needsCollation: !known.bytewise.has(column.collationOid) });
  }
}

async function readPlaces(session: Session, places: Place[]): Promise<void> {
  const rows = await session.query(tablesSql(places));
  const read = rows.map(readRow);
  const types = await readTypes(
    session,
    read.flatMap(({ columns }) => columns.map(({ typeOid }) => typeOid)),
  );
  const foreign = await readForeign(session, read);
  const { tables } = knownBy(session);
  for (const one of read) tables.set(quoteTable(one), tableOf(one, types, foreign));
}

interface TableRow extends Place {
  oid: string;
  /** Of `pg_class.relkind`. */
  kind: string;
  hasChildren: boolean;
  /** Numbers of columns with a `not null` that older rows were not checked by. */
  unchecked: number[];
  columns: {
    name: string;
    number: number;
    typeOid: string;
    isNotNull: boolean;
    collationOid: string;
  }[];
}

/**
 * One row a table; none for what is not there, some for what was not asked for: tables of one of the names in another
 * of the schemas. Only what stands in two catalogs of few rows a table, each found by its index; what a column's type
 * is, most often its number says.
 */
function tablesSql(places: Place[]): string {
  const names = (of: string[]) => `array[${[...new Set(of)].map(quoteLiteral)}]::pg_catalog.name[]`;
  return `
    select n.nspname::text, c.relname::text, c.oid::text, c.relkind::text, c.relhassubclass::text,
      (select pg_catalog.json_agg(k.conkey) from pg_catalog.pg_constraint k
        where k.conrelid = c.oid and k.contype = 'n' and not k.convalidated)::text,
      (select pg_catalog.json_agg(pg_catalog.json_build_array(
          a.attname, a.attnum, a.atttypid::text, a.attnotnull, a.attcollation::text) order by a.attnum)
        from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)::text
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relname = any(${names(places.map(({ table }) => table))})
      and n.nspname = any(${names(places.map(({ schema }) => schema))})
      and c.relkind in ('r', 'p', 'v', 'm', 'f')`;
}

/** Of {@link tablesSql}. */
function readRow([schema, table, oid, kind, hasChildren, unchecked, columns]: (string | null)[]): TableRow {
  const written: [string, number, string, boolean, string][] = JSON.parse(columns ?? '[]');
  return {
    schema: schema ?? '',
    table: table ?? '',
    oid: oid ?? '',
    kind: kind ?? '',
    hasChildren: hasChildren === 'true',
    unchecked: JSON.parse(unchecked ?? '[]').flat(),
    columns: written.map(([name, number, typeOid, isNotNull, collationOid]) => ({
      name,
      number,
      typeOid,
      isNotNull,
      collationOid,
    })),
  };
}

function tableOf(
  { schema, table, oid, kind, hasChildren, unchecked, columns }: TableRow,
  types: Map<string, ReadColumn>,
  foreign: Set<string>,
): CatalogTable {
  // What a view or a foreign table says is not kept by anybody, and a child may have been let off.
  const mayHoldNulls = kind === 'v' || kind === 'f' || (kind === 'r' && hasChildren);
  return {
    oid,
    name: quoteTable({ schema, table }),
    hasAddresses: ['r', 'p', 'm'].includes(kind) && !foreign.has(oid),
    isPartitioned: kind === 'p',
    isAlone: kind === 'r' && !hasChildren,
    columns: new Map(
      columns.flatMap(({ name, number, typeOid, isNotNull, collationOid }) => {
        const type = types.get(typeOid);
        if (!type) return [];
        const isNullable = mayHoldNulls || !isNotNull || unchecked.includes(number);
        const needsCollation = !ALWAYS_BYTEWISE.has(collationOid);
        return [[name, { name, ...type, isNullable, collationOid, needsCollation }]];
      }),
    ),
  };
}

/** No collation, "C" and "POSIX": numbers that are the same in every Postgres. */
const ALWAYS_BYTEWISE = new Set(['0', '950', '951']);

/** Oids of those with foreign tables among their partitions or children, at any depth. */
async function readForeign(session: Session, tables: TableRow[]): Promise<Set<string>> {
  const parents = tables.filter(({ hasChildren, kind }) => hasChildren || kind === 'p');
  if (parents.length === 0) return new Set();
  const rows = await session.query(`
    with recursive below as (
      select c.oid as root, c.oid from pg_catalog.pg_class c where c.oid in (${parents.map(({ oid }) => oid)})
      union
      select below.root, i.inhrelid from below join pg_catalog.pg_inherits i on i.inhparent = below.oid
    )
    select distinct below.root::text from below join pg_catalog.pg_class c on c.oid = below.oid
    where c.relkind = 'f'`);
  return new Set(rows.flatMap(([root]) => root ?? []));
}

async function readBytewise(session: Session): Promise<Set<string>> {
  const rows = await session.query(`
    select c.oid::text from pg_catalog.pg_collation c
    where c.collname in ('C', 'POSIX', 'ucs_basic')
      or (c.collname = 'default' and (
        select case coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c')
          when 'c' then d.datcollate in ('C', 'POSIX') when 'b' then true else false end
        from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))`);
  return new Set(rows.flatMap(([oid]) => oid ?? []));
}
