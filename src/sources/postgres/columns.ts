import { editDistance } from '../../edit-distance.ts';
import { HandoverError } from '../../errors.ts';
import { type Hop, type Selection, type Way, waysOf } from '../source.ts';
import type { Codec } from './codecs.ts';
import type { Session } from './session.ts';
import { type CatalogTable, findTable, type Place } from './tables.ts';
import type { ReadColumn } from './types.ts';

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

/** All that are read for a category. */
export function tablesOf({ table, ways }: Catalog): CatalogTable[] {
  return [table, ...ways.flatMap(({ hops }) => hops)];
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

async function knownTable(session: Session, category: string, place: Place): Promise<CatalogTable> {
  const found = await findTable(session, place);
  if (found) return found;
  const name = `${place.schema}.${place.table}`;
  const near = nearestTo(place.table, await tableNames(session));
  throw new HandoverError(
    'source_refused',
    `Category "${category}": the source has no table "${name}".${hint(near)}`,
    { details: { category, table: name, near } },
  );
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
