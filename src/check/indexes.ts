import {
  type DatabaseSchema,
  findRelation,
  type Index,
  type Relation,
  tableKey,
} from '../catalog/database-schema.ts';
import type { Place, Report } from './finding.ts';
import type { CheckedWay } from './planned-catalog.ts';
import type { Reading } from './reading.ts';
import { nameOf, quote, quoteTable } from './sql-names.ts';

/** A table that is asked for the rows in which some columns equal something. */
export interface IndexNeed {
  relation: Relation;
  /** Those that tell one subject from another first, then constants. */
  columns: string[];
}

/** What one way asks of each of its tables. From the subject's end: each table is found by the one behind it. */
export function needsOfWay(relation: Relation, { way, hops }: CheckedWay): IndexNeed[] {
  const through = way.through ?? [];
  const constants = (index: number) => Object.keys((index === 0 ? way.is : through[index - 1]?.is) ?? {});
  return [relation, ...hops].map((table, index) => {
    const onward = through[index];
    const columns = onward === undefined ? [way.column] : Object.keys(onward.on);
    return { relation: table, columns: [...new Set([...columns, ...constants(index)])] };
  });
}

/** Indexes that are missing, by table and first column: one serves all categories that go through that table. */
export type WantedIndexes = Map<
  string,
  IndexNeed & { place: Place; readings: string[]; cost: number | null }
>;

/** Takes down what a category lacks. `cost` is what the planner counts for its read; null where that was not asked. */
export function collectMissing(
  wanted: WantedIndexes,
  needs: IndexNeed[],
  reading: Pick<Reading, 'name' | 'place' | 'only'> & { where: string },
  cost: number | null,
  schema: DatabaseSchema,
): void {
  for (const need of needs.flatMap((need) => missingIndexes(need, reading, schema))) {
    const key = JSON.stringify([tableKey(need.relation), need.columns[0]]);
    const known = wanted.get(key);
    if (known === undefined) {
      wanted.set(key, { ...need, place: reading.place, readings: [reading.name], cost });
      continue;
    }
    if (!known.readings.includes(reading.name)) known.readings.push(reading.name);
    if (need.columns.length < known.columns.length) known.columns = need.columns;
  }
}

export function reportMissing(wanted: WantedIndexes, report: Report): void {
  for (const { relation, columns, place, readings, cost } of wanted.values()) {
    const [first, ...others] = readings;
    const more = others.length === 0 ? '' : ` and of ${others.length} more`;
    const rows =
      relation.estimatedRows === null
        ? 'all its rows'
        : `all of its ${relation.estimatedRows.toLocaleString('en')} rows`;
    const costs = cost === null ? '' : `; a read of ${first} costs ${Math.round(cost).toLocaleString('en')}`;
    // Postgres makes no index of a partitioned table while it is written to.
    const how = relation.kind === 'partitioned' ? 'create index' : 'create index concurrently';
    report(
      'no-index',
      place,
      `no index of ${nameOf(relation)} finds the rows of ${first}${more}, so each export reads ${rows}${costs}`,
      `${how} on ${quoteTable(relation)} (${columns.map(quote).join(', ')})`,
    );
  }
}

/** Below so many rows a table is read at once whatever its indexes are. */
const FEW_ROWS = 1000;

/** The tables that have no index for it: the one that is asked, or those that inherit from it. */
function missingIndexes(
  { relation, columns }: IndexNeed,
  { only, where }: { only: boolean; where: string },
  schema: DatabaseSchema,
): IndexNeed[] {
  const children =
    relation.kind === 'table' && !only
      ? relation.children.flatMap((name) => findRelation(schema, name) ?? [])
      : [];
  return [relation, ...children]
    .filter(({ kind }) => kind === 'table' || kind === 'partitioned' || kind === 'materialised-view')
    .filter(({ estimatedRows }) => estimatedRows === null || estimatedRows >= FEW_ROWS)
    .filter(({ indexes }) => !indexes.some((index) => serves(index, columns, where)))
    .map((table) => ({ relation: table, columns }));
}

/** An index that begins with one of the columns, and holds the rows that are wanted. */
function serves({ columns, isValid, method, predicate }: Index, wanted: string[], where: string): boolean {
  const [first] = columns;
  if (!isValid || typeof first !== 'string' || !wanted.includes(first)) return false;
  if (method !== 'btree' && method !== 'hash') return false;
  if (predicate === null) return true;
  const asked = plain(predicate);
  return asked === `${plain(first)}isnotnull` || plain(where).includes(asked);
}

/** A predicate as Postgres prints it and as a person writes it have brackets, blanks and the alias between them. */
function plain(predicate: string): string {
  return predicate
    .toLowerCase()
    .replace(/\bt\./g, '')
    .replace(/[\s()"]|::\w+/g, '');
}
