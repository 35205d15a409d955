import { type Relation, tableKey } from '../catalog/database-schema.ts';
import { groupOfType } from '../classify/column-type.ts';
import { quoteIdentifier, quoteTable } from '../sources/postgres/quote.ts';
import { enter, type Session } from '../sources/postgres/session.ts';
import type { TableSample } from './draft-columns.ts';
import type { PolymorphicPair } from './polymorphic.ts';

/** Rows of one table that are looked at. */
const ROWS = 200;
/** Rows in which the words of a `*_type` column are looked for. */
const TYPE_ROWS = 10_000;
const MOST_TYPES = 50;
/** Longer values are left aside. */
const LONGEST_BYTES = 100_000;

/** Values of a few rows of each table, by `tableKey`. They are looked at and dropped, never printed. */
export async function sampleTables(session: Session, tables: Relation[]): Promise<Map<string, TableSample>> {
  const samples = new Map<string, TableSample>();
  for (const table of tables) {
    samples.set(tableKey(table), await attempt(session, () => sampleTable(session, table)));
  }
  return samples;
}

/** The words that stand in the type columns of polymorphic references; null stays where they cannot be read. */
export async function samplePairs(session: Session, pairs: PolymorphicPair[]): Promise<PolymorphicPair[]> {
  const sampled: PolymorphicPair[] = [];
  for (const pair of pairs) {
    const column = quoteIdentifier(pair.typeColumn);
    const types = await attempt(session, () =>
      session.query(`
        select distinct type from (
          select ${column}::pg_catalog.text as type from ${quoteTable(pair.table)} limit ${TYPE_ROWS}
        ) t where type is not null order by 1 limit ${MOST_TYPES}`),
    );
    sampled.push({ ...pair, types: types === null ? null : types.flatMap(([type]) => type ?? []) });
  }
  return sampled;
}

async function sampleTable(session: Session, table: Relation): Promise<TableSample> {
  const columns = table.columns.filter(({ isReadable, type, kind }) => {
    const group = groupOfType(type.name, kind);
    return (
      isReadable && (group === 'text' || group === 'bytes' || group === 'container' || group === 'number')
    );
  });
  if (columns.length === 0) return {};
  const values = columns.map(({ name, type, kind }) => textOf(quoteIdentifier(name), type.name, kind));
  const rows = await session.query(
    `select ${values} from ${quoteTable(table)} ${somewhere(table)} limit ${ROWS}`,
  );
  return Object.fromEntries(
    columns.map(({ name }, index) => [name, rows.flatMap((row) => row[index] ?? [])]),
  );
}

function textOf(column: string, type: string, kind: string): string {
  const text =
    type === 'bytea'
      ? `pg_catalog.encode(pg_catalog.substring(${column}, 1, 400), 'escape')`
      : kind === 'json-like' || /^_jsonb?$/.test(type)
        ? `pg_catalog.to_json(${column})::pg_catalog.text`
        : `${column}::pg_catalog.text`;
  return `case when pg_catalog.octet_length(${text}) < ${LONGEST_BYTES} then ${text} end`;
}

/** The first rows of a large table are its oldest: a few pages from everywhere show what it holds today. */
function somewhere({ estimatedRows, kind }: Relation): string {
  if (estimatedRows === null || estimatedRows < ROWS * 100 || kind !== 'table') return '';
  return `tablesample system (${Math.max(0.01, (ROWS * 1000) / estimatedRows)})`;
}

/** A table that cannot be read is not sampled; the transaction goes on. */
async function attempt<T>(session: Session, ask: () => Promise<T>): Promise<T | null> {
  const leave = await enter(session);
  try {
    return await ask();
  } catch {
    return null;
  } finally {
    await leave();
  }
}
