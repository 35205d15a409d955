import type { KeyRange, Selection } from '../source.ts';
import type { Catalog } from './columns.ts';
import { scopeOf } from './select.ts';
import type { Session } from './session.ts';

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
