import { type DatabaseSchema, findColumn, type Relation } from '../catalog/database-schema.ts';
import { sqlStateOf } from '../sources/postgres/failures.ts';
import { selectRows } from '../sources/postgres/select.ts';
import type { Session } from '../sources/postgres/session.ts';
import type { Selection } from '../sources/source.ts';
import { tryAsking } from './ask.ts';
import type { Report } from './finding.ts';
import { collectMissing, needsOfWay, type WantedIndexes } from './indexes.ts';
import { type CheckedWay, catalogOf } from './planned-catalog.ts';
import type { Reading } from './reading.ts';

/**
 * Plans the read of a category as the engine would run it, for a subject like any other, and reads no row: whether the
 * server takes it, what it costs, and which index would make it cheaper.
 */
export async function checkRead(
  session: Session,
  reading: Reading,
  relation: Relation,
  ways: CheckedWay[],
  wanted: WantedIndexes,
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
    reportRefusal(plan, reading, schema, report);
    return;
  }
  const needs = ways.flatMap((way) => needsOfWay(relation, way));
  collectMissing(wanted, needs, { ...reading, where: reading.selection.where ?? '' }, plan.cost, schema);
}

function reportRefusal(refusal: Error, reading: Reading, schema: DatabaseSchema, report: Report): void {
  const { name, place, selection } = reading;
  const what = `the server refuses to read ${name}: ${refusal.message}`;
  if (sqlStateOf(refusal) === INSUFFICIENT_PRIVILEGE) {
    report('not-readable', place, what, `let the role ${schema.role} read it`);
  } else if (selection?.where !== undefined) {
    report('predicate-refused', { at: [...place.at, 'where'] }, what, 'write a predicate in SQL on alias t');
  } else {
    report(
      'type-mismatch',
      { at: [...place.at, 'belongsTo'] },
      what,
      'compare columns whose types know equality',
    );
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

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
