import { escapeLiteral } from 'pg';
import { editDistance } from '../../edit-distance.ts';
import { HandoverError } from '../../errors.ts';
import { type Hop, type Selection, type Way, waysOf } from '../source.ts';
import type { Codec } from './codecs.ts';
import type { Session } from './session.ts';

/** What is to be known of a column to read it. A domain is looked through: the type is the one it was made from. */
export interface ReadColumn {
  type: { schema: string; name: string };
  kind: 'plain' | 'array' | 'composite' | 'json-like';
}

/** A column as the catalog has it. */
export interface CatalogColumn extends ReadColumn {
  name: string;
  /** False only where a constraint that was checked on every row says so. */
  isNullable: boolean;
  /** Text whose order is not that of its bytes. */
  needsCollation: boolean;
}

export interface CatalogTable {
  oid: string;
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

export interface Catalog {
  table: CatalogTable;
  /** One for each way of `belongsTo`, in its order. */
  ways: CatalogWay[];
}

export interface CatalogWay {
  way: Way;
  /** One for each hop of the way, in its order. */
  hops: CatalogTable[];
}

/** Everything that a selection names. Throws `source_refused` naming what is not there, and what it may have meant. */
export async function readCatalog(session: Session, selection: Selection): Promise<Catalog> {
  const { category } = selection;
  const table = await knownTable(session, category, selection);
  if (selection.only && table.isPartitioned) throw onlyOfPartitions(selection);
  for (const { column } of selection.columns) requireColumn(category, selection, table, column);
  for (const key of selection.orderBy) requireColumn(category, selection, table, key);
  const ways: CatalogWay[] = [];
  for (const way of waysOf(selection.belongsTo)) {
    const hops: CatalogTable[] = [];
    for (const hop of way.through ?? []) {
      hops.push(await knownTable(session, category, hop));
    }
    requireWay(selection, table, { way, hops });
    ways.push({ way, hops });
  }
  return { table, ways };
}

function requireWay(selection: Selection, table: CatalogTable, { way, hops }: CatalogWay): void {
  const { category } = selection;
  const requireConstants = (place: Selection | Hop, of: CatalogTable, is: Way['is']) => {
    for (const column of Object.keys(is ?? {})) requireColumn(category, place, of, column);
  };
  requireConstants(selection, table, way.is);
  let inner: { place: Selection | Hop; table: CatalogTable } = { place: selection, table };
  way.through?.forEach((hop, index) => {
    const outer = inner;
    inner = { place: hop, table: hops[index] as CatalogTable };
    if (Object.keys(hop.on).length === 0) {
      // Joined on nothing, it would hand out the rows of every subject.
      throw new HandoverError(
        'source_refused',
        `Category "${category}": the way through "${hop.schema}.${hop.table}" does not say on which columns.`,
        { details: { category, table: `${hop.schema}.${hop.table}` } },
      );
    }
    for (const [left, right] of Object.entries(hop.on)) {
      requireColumn(category, outer.place, outer.table, left);
      requireColumn(category, inner.place, inner.table, right);
    }
    requireConstants(hop, inner.table, hop.is);
  });
  requireColumn(category, inner.place, inner.table, way.column);
}

/** A partitioned table has no rows of its own: the archive would be empty and look complete. */
function onlyOfPartitions({ category, schema, table }: Selection): HandoverError {
  const name = `${schema}.${table}`;
  return new HandoverError(
    'source_refused',
    `Category "${category}": "${name}" is partitioned, so all its rows are in its partitions; remove \`only\`.`,
    { details: { category, table: name } },
  );
}

/**
 * The codec of a column, and the expression that it is read by. A few types are read as the server holds them; the rest
 * as the text that it prints, by a cast or, since some casts print otherwise (`inet`, `boolean`), by `format`. The
 * answers are in docs/types.md.
 */
export function readingOf(column: ReadColumn, quoted: string): { codec: Codec; expression: string } {
  if (column.kind !== 'plain') return { codec: 'json', expression: `pg_catalog.to_json(${quoted})` };
  const name = column.type.schema === 'pg_catalog' ? column.type.name : '';
  const codec = codecsByType[name];
  if (codec) return { codec, expression: quoted };
  if (castNumbers.has(name)) return { codec: 'number', expression: `${quoted}::pg_catalog.text` };
  if (castTexts.has(name)) return { codec: 'string', expression: `${quoted}::pg_catalog.text` };
  return {
    codec: 'string',
    expression: `case when ${quoted} is not null then pg_catalog.format('%s', ${quoted}) end`,
  };
}

/** What the send functions of these types make is what the codecs take. */
const codecsByType: Record<string, Codec> = {
  bool: 'boolean',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  text: 'string',
  varchar: 'string',
  bpchar: 'string',
  name: 'string',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'jsonb',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  bytea: 'base64',
};

/** Cast to text, these stand as Postgres prints them: no function of their own makes the cast. */
const castNumbers = new Set(['numeric', 'float4', 'float8']);
const castTexts = new Set(['date', 'time', 'timetz', 'interval']);

/** The tables that a session has asked about: it lives for one transaction, and what is read in it is of one instant. */
const tablesOf = new WeakMap<Session, Map<string, CatalogTable>>();

/** The tables that selections name, asked of the server at once: planning the statement is most of what it costs. */
export async function readTables(session: Session, selections: Selection[]): Promise<void> {
  const places: Place[] = selections.flatMap((selection) => [
    selection,
    ...waysOf(selection.belongsTo).flatMap(({ through = [] }) => through),
  ]);
  const known = knownTables(session);
  const unknown = new Map<string, Place>();
  for (const place of places) if (!known.has(nameOf(place))) unknown.set(nameOf(place), place);
  if (unknown.size === 0) return;
  const rows = Map.groupBy(await session.query(columnsSql([...unknown.values()])), ([schema, table]) =>
    nameOf({ schema: schema ?? '', table: table ?? '' }),
  );
  for (const [name, ofTable] of rows) known.set(name, tableOf(ofTable));
}

function knownTables(session: Session): Map<string, CatalogTable> {
  const known = tablesOf.get(session) ?? new Map<string, CatalogTable>();
  tablesOf.set(session, known);
  return known;
}

function nameOf({ schema, table }: Place): string {
  return JSON.stringify([schema, table]);
}

interface Place {
  schema: string;
  table: string;
}

/**
 * Asked of the server once a session: many ways lead through the same tables, and a category is counted and then read. A
 * table that is altered in between is noticed at the end of the read, by its files.
 */
async function knownTable(session: Session, category: string, place: Place): Promise<CatalogTable> {
  const known = knownTables(session);
  const table = known.get(nameOf(place)) ?? (await readTable(session, category, place));
  known.set(nameOf(place), table);
  return table;
}

async function readTable(
  session: Session,
  category: string,
  { schema, table }: Place,
): Promise<CatalogTable> {
  const rows = await session.query(columnsSql([{ schema, table }]));
  if (rows.length > 0) return tableOf(rows);
  const name = `${schema}.${table}`;
  const near = nearestTo(table, await tableNames(session));
  throw new HandoverError(
    'source_refused',
    `Category "${category}": the source has no table "${name}".${hint(near)}`,
    { details: { category, table: name, near } },
  );
}

/** Of the rows of {@link columnsSql} for one table. */
function tableOf(rows: (string | null)[][]): CatalogTable {
  const columns = new Map<string, CatalogColumn>();
  for (const [, , , , , , name, typeSchema, typeName, kind, isNullable, needsCollation] of rows) {
    if (!name) continue;
    columns.set(name, {
      name,
      type: { schema: typeSchema ?? '', name: typeName ?? '' },
      kind: kind as CatalogColumn['kind'],
      isNullable: isNullable === 'true',
      needsCollation: needsCollation === 'true',
    });
  }
  const [, , oid, relationKind, hasChildren, hasForeignRows] = rows[0] ?? [];
  return {
    oid: oid ?? '',
    hasAddresses: ['r', 'p', 'm'].includes(relationKind ?? '') && hasForeignRows !== 'true',
    isPartitioned: relationKind === 'p',
    isAlone: relationKind === 'r' && hasChildren !== 'true',
    columns,
  };
}

function requireColumn(
  category: string,
  place: { schema: string; table: string },
  table: CatalogTable,
  column: string,
): void {
  if (table.columns.has(column)) return;
  const near = nearestTo(column, [...table.columns.keys()]);
  const name = `${place.schema}.${place.table}`;
  throw new HandoverError(
    'source_refused',
    `Category "${category}": the table "${name}" has no column "${column}".${hint(near)}`,
    { details: { category, table: name, column, near } },
  );
}

/**
 * Of `pg_type t`. A type with a cast to json of its own (hstore, PostGIS) is JSON-like: `row_to_json` uses that cast,
 * and so do we. The type `record` is what `row(…)` makes in a statement; no table has it.
 */
export const KIND_OF_TYPE = `
  case when t.typcategory = 'A' or t.oid = 'pg_catalog._record'::pg_catalog.regtype then 'array'
    when t.typtype = 'c' or t.oid = 'pg_catalog.record'::pg_catalog.regtype then 'composite'
    when t.oid >= 16384 and exists (
      select from pg_catalog.pg_cast
      where castsource = t.oid and casttarget = 'pg_catalog.json'::pg_catalog.regtype and castmethod = 'f'
    ) then 'json-like' else 'plain' end`;

/** One row a column; one without a name for a table that has none; none for what is not there. */
function columnsSql(places: Place[]): string {
  const names = (of: string[]) => `array[${of.map(escapeLiteral)}]::pg_catalog.name[]`;
  const schemas = names(places.map(({ schema }) => schema));
  const tables = names(places.map(({ table }) => table));
  return `
    with recursive wanted as (
      select place.schema, place.name, c.oid, c.relkind, c.relhassubclass,
        c.relkind in ('v', 'f') or (c.relkind = 'r' and c.relhassubclass) as may_hold_nulls
      from rows from (pg_catalog.unnest(${schemas}), pg_catalog.unnest(${tables})) place(schema, name)
      join pg_catalog.pg_namespace n on n.nspname = place.schema
      join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = place.name
        and c.relkind in ('r', 'p', 'v', 'm', 'f')
    ), below as (
      select oid as root, oid from wanted
      union
      select below.root, i.inhrelid from below join pg_catalog.pg_inherits i on i.inhparent = below.oid
    ), attribute as (
      select a.attrelid, a.attnum, a.attname, a.attcollation, a.atttypid as type_oid,
        may_hold_nulls or not a.attnotnull or exists (
          select from pg_catalog.pg_constraint c
          where c.conrelid = a.attrelid and c.contype = 'n' and not c.convalidated and a.attnum = any(c.conkey)
        ) as nullable
      from wanted join pg_catalog.pg_attribute a on a.attrelid = wanted.oid
      where a.attnum > 0 and not a.attisdropped
      union all
      select a.attrelid, a.attnum, a.attname, a.attcollation, t.typbasetype, a.nullable
      from attribute a join pg_catalog.pg_type t on t.oid = a.type_oid
      where t.typtype = 'd'
    ), bytewise as (
      select c.oid from pg_catalog.pg_collation c
      where c.collname in ('C', 'POSIX', 'ucs_basic')
        or (c.collname = 'default' and (
          select case coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c')
            when 'c' then d.datcollate in ('C', 'POSIX') when 'b' then true else false end
          from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
    )
    select wanted.schema::text, wanted.name::text, wanted.oid::text, wanted.relkind::text, wanted.relhassubclass::text,
      exists (
        select from below join pg_catalog.pg_class c on c.oid = below.oid
        where below.root = wanted.oid and c.relkind = 'f')::text,
      a.attname::text, n.nspname::text, t.typname::text,
      ${KIND_OF_TYPE},
      a.nullable::text,
      (a.attcollation <> 0 and a.attcollation not in (select oid from bytewise))::text
    from wanted
    left join (attribute a
      join pg_catalog.pg_type t on t.oid = a.type_oid and t.typtype <> 'd'
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace) on a.attrelid = wanted.oid
    order by wanted.oid, a.attnum`;
}

async function tableNames(session: Session): Promise<string[]> {
  const rows = await session.query(`
    select n.nspname::text, c.relname::text
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^(pg_|information_schema$)'`);
  return rows.map(([schema, table]) => `${schema}.${table}`);
}

function hint(near: string[]): string {
  return near.length > 0 ? ` Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?` : '';
}

/** At most three names that are a slip of the keyboard away, the nearest first. */
function nearestTo(wanted: string, names: string[]): string[] {
  const bare = (name: string) =>
    name
      .slice(name.lastIndexOf('.') + 1)
      .toLowerCase()
      .replaceAll('_', '');
  return names
    .map((name) => ({ name, distance: editDistance(bare(wanted), bare(name)) }))
    .filter(({ distance }) => distance <= Math.max(1, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}
