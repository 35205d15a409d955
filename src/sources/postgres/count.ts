import type { KeyRange, RowCount, Selection } from '../source.ts';
import type { Catalog } from './columns.ts';
import { countRows, scopeOf } from './select.ts';
import type { Session } from './session.ts';

/** `Reader.count`. */
export async function countScope(
  session: Session,
  selection: Selection,
  catalog: Catalog,
  subject: string,
): Promise<RowCount> {
  const [counted] = await session.query(countRows(selection, catalog, subject));
  const rowsInScope = Number(counted?.[0] ?? 0);
  return { rowsInScope, rowsLeftOut: rowsInScope - Number(counted?.[1] ?? 0) };
}

/** Rows of a key range, counted one by one. */
export async function countRange(
  session: Session,
  selection: Selection,
  catalog: Catalog,
  subject: string,
  range: KeyRange,
): Promise<number> {
  const scope = scopeOf(selection, catalog, subject, { range });
  const [counted] = await session.query(`select count(*)::text ${scope}`);
  return Number(counted?.[0] ?? 0);
}
