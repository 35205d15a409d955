import type { KeyRange, Selection } from '../source.ts';
import type { Catalog } from './columns.ts';
import { countRange } from './count.ts';
import { firstKey, keyOf, scopeOf, typeOf } from './select.ts';
import type { Session } from './session.ts';
import type { CatalogColumn } from './tables.ts';

/**
 * Cuts a range into ranges of about `targetRows`. They share no row and miss none, whatever the bounds are; good
 * bounds only make them equal. Up to {@link SORTED_ROWS} the keys themselves are sorted; beyond, those of some of
 * the table's pages are, chosen at random by the server. `known` is how many rows the range has, where that is known.
 */
export async function cutRange(
  session: Session,
  selection: Selection,
  catalog: Catalog,
  subject: string,
  targetRows: number,
  range: KeyRange = { from: null, to: null },
  known?: number,
): Promise<KeyRange[]> {
  const key = firstKey(selection, catalog);
  if (!key || !isCuttable(key)) return [range];
  const rows = known ?? (await countRange(session, selection, catalog, subject, range));
  const parts = Math.round(rows / targetRows);
  if (parts < 2) return [range];

  const sample = rows > SORTED_ROWS ? await samplePercent(session, catalog, rows, parts) : null;
  const of = { range, parts, key };
  const sampled = sample && (await readBounds(session, selection, catalog, subject, { ...of, sample }));
  const bounds = sampled || (await readBounds(session, selection, catalog, subject, { ...of, sample: null }));
  return between(range, bounds ?? []);
}

const SORTED_ROWS = 50_000;
/** Rows on one page lie close together, so pages are what counts: enough for parts within a fifth of each other. */
const PAGES_A_PART = 60;
const LEAST_KEYS_A_PART = 20;

const cuttableTypes = new Set([
  ...['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid', 'uuid', 'text', 'varchar', 'bpchar'],
  ...['date', 'time', 'timestamp', 'timestamptz'],
]);

/** Types of which the printed form is the value again. */
function isCuttable({ kind, type }: CatalogColumn): boolean {
  return kind === 'plain' && type.schema === 'pg_catalog' && cuttableTypes.has(type.name);
}

/** Null when most of the table would have to be read for it, or when it has no pages of its own (a view). */
async function samplePercent(
  session: Session,
  { table }: Catalog,
  rows: number,
  parts: number,
): Promise<number | null> {
  const [found] = await session.query(
    `select relpages::text from pg_catalog.pg_class where oid = ${table.oid} and relkind in ('r', 'm')`,
  );
  const pages = Number(found?.[0] ?? 0);
  if (pages <= 0) return null;
  const rowsAPage = rows / pages;
  const wanted = (parts * PAGES_A_PART) / Math.min(1, rowsAPage);
  return wanted > pages / 4 ? null : (100 * wanted) / pages;
}

/** Keys that cut the rows into equal parts, in order; null when a sample holds too few of them. */
async function readBounds(
  session: Session,
  selection: Selection,
  catalog: Catalog,
  subject: string,
  by: { range: KeyRange; parts: number; key: CatalogColumn; sample: number | null },
): Promise<string[] | null> {
  const fractions = Array.from({ length: by.parts - 1 }, (_, index) => (index + 1) / by.parts);
  const sample = by.sample === null ? '' : `tablesample system (${by.sample}) repeatable (0)`;
  const rows = await session.query(`
    with keys as (select ${keyOf(by.key)} as key ${scopeOf(selection, catalog, subject, { range: by.range, sample })}),
    cuts as (
      select count(*) as met, percentile_disc(array[${fractions}]::float8[]) within group (order by key) as bounds
      from keys
    )
    select met::text, bound::${typeOf(by.key)}::text from cuts left join unnest(bounds) bound on true`);
  const met = Number(rows[0]?.[0] ?? 0);
  if (by.sample !== null && met < by.parts * LEAST_KEYS_A_PART) return null;
  const bounds = rows.map(([, bound]) => bound).filter((bound) => bound !== null && bound !== undefined);
  // A key that is not UTF-8 has lost its order by the time it gets here.
  return [...new Set(bounds.filter((bound) => !bound.includes('\ufffd')))];
}

function between(range: KeyRange, bounds: string[]): KeyRange[] {
  const edges = [range.from, ...bounds, range.to];
  return edges.slice(1).map((to, index) => ({ from: edges[index] ?? null, to }));
}
