import { type DatabaseSchema, findColumn, type Relation } from '../catalog/database-schema.ts';
import { selectRows } from '../sources/postgres/select.ts';
import type { Session } from '../sources/postgres/session.ts';
import type { Selection } from '../sources/source.ts';
import { tryAsking } from './ask.ts';
import type { CheckedWay } from './belonging.ts';
import type { Report } from './finding.ts';
import { type IndexNeed, missingIndexes, needsOfWay } from './indexes.ts';
import { catalogOf } from './planned-catalog.ts';
import type { Reading } from './reading.ts';
import { nameOf, quote, quoteTable } from './sql-names.ts';

/**
 * Plans the read of a category as the engine would run it, for a subject like any other, and reads no row: whether the
 * server takes it, what it costs, and which index would make it cheaper.
 */
export async function checkRead(
  session: Session,
  reading: Reading,
  relation: Relation,
  ways: CheckedWay[],
  schema: DatabaseSchema,
  report: Report,
): Promise<void> {
  if (reading.selection === null || ways.length === 0) return;
  // What is not there or may not be read was reported, and cannot be planned.
  if ([relation, ...ways.flatMap(({ hops }) => hops)].some(({ rowSecurity }) => rowSecurity.bindsRole))
    return;
  const named = [...reading.leaving, ...reading.used];
  if (!named.every(({ column }) => findColumn(relation, column)?.isReadable)) return;
  const plan = await planRead(session, reading.selection, relation, ways);
  if (plan instanceof Error) {
    const isPredicate = reading.selection.where !== undefined;
    report(
      isPredicate ? 'predicate-refused' : 'not-readable',
      isPredicate ? { at: [...reading.place.at, 'where'] } : reading.place,
      `the server refuses to read ${reading.name}: ${plan.message}`,
      isPredicate ? 'write a predicate in SQL on alias t' : `let the role ${schema.role} read it`,
    );
    return;
  }
  const needs = ways.flatMap((way) => needsOfWay(relation, way));
  reportMissingIndexes(needs, { ...reading, where: reading.selection.where ?? '' }, plan, schema, report);
}

interface Plan {
  /** As the planner counts, in reads of one page one after another. */
  cost: number;
}

async function planRead(
  session: Session,
  selection: Selection,
  relation: Relation,
  ways: CheckedWay[],
): Promise<Plan | Error> {
  const sql = selectRows(selection, catalogOf(relation, ways), null);
  const answer = await tryAsking(session, `explain (format json) ${sql}`);
  if (answer instanceof Error) return answer;
  const [{ Plan: plan }] = JSON.parse(answer[0]?.[0] ?? '[{"Plan":{}}]');
  return { cost: plan['Total Cost'] ?? 0 };
}

/** Each once, however many ways want it. */
export function reportMissingIndexes(
  needs: IndexNeed[],
  reading: Pick<Reading, 'name' | 'place' | 'only'> & { where: string },
  plan: Plan | null,
  schema: DatabaseSchema,
  report: Report,
): void {
  const reported = new Set<string>();
  for (const { relation, columns } of needs.flatMap((need) => missingIndexes(need, reading, schema))) {
    const index = `create index concurrently on ${quoteTable(relation)} (${columns.map(quote).join(', ')})`;
    if (reported.has(index)) continue;
    reported.add(index);
    const rows =
      relation.estimatedRows === null
        ? 'all its rows'
        : `all of its ${relation.estimatedRows.toLocaleString('en')} rows`;
    const cost = plan === null ? '' : `; a read costs ${Math.round(plan.cost).toLocaleString('en')}`;
    report(
      'no-index',
      reading.place,
      `no index of ${nameOf(relation)} finds the rows of ${reading.name}, so each export reads ${rows}${cost}`,
      relation.kind === 'partitioned' ? index.replace(' concurrently', '') : index,
    );
  }
}
