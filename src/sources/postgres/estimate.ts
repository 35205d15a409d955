import type { Estimate, KeyRange, Selection } from '../source.ts';
import type { Catalog } from './columns.ts';
import { scopeOf, selectRows } from './select.ts';
import type { Session } from './session.ts';

/** Up to so many rows are counted, at a small part of what it costs to read them. */
const COUNTED_ROWS = 500_000;

/**
 * Rows in scope: exact up to {@link COUNTED_ROWS}; beyond, what the statistics say, unless the count has already
 * shown them to be wrong (a table that was never analysed).
 */
export async function estimateRows(
  session: Session,
  selection: Selection,
  catalog: Catalog,
  subject: string,
  range?: KeyRange,
): Promise<Estimate> {
  const scope = scopeOf(selection, catalog, subject, { range });
  const plan = await explain(session, selectRows(selection, catalog, subject, range));
  let rows = await count(session, `${scope} limit ${COUNTED_ROWS + 1}`);
  if (rows > COUNTED_ROWS) rows = plan.rows > rows ? plan.rows : await count(session, scope);
  return { rows, bytes: rows * (plan.width + namesBytes(selection)) };
}

async function count(session: Session, scope: string): Promise<number> {
  const [counted] = await session.query(`select count(*)::text from (select ${scope}) counted`);
  return Number(counted?.[0] ?? 0);
}

/** What the planner expects of a statement. `width` is of values as they are stored; as text they are about as long. */
export async function explain(session: Session, sql: string): Promise<{ rows: number; width: number }> {
  const [line] = await session.query(`explain (format json) ${sql}`);
  const [{ Plan: plan }] = JSON.parse(line?.[0] ?? '[{"Plan":{}}]');
  return { rows: plan['Plan Rows'] ?? 0, width: plan['Plan Width'] ?? 0 };
}

/** Keys, quotes, colons, commas, and what stands between rows. */
function namesBytes(selection: Selection): number {
  return selection.columns.reduce((bytes, { key }) => bytes + key.length + 6, 10);
}
