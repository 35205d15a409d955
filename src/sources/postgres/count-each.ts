import type { RowCount, Selection } from '../source.ts';
import { type Catalog, readCatalog } from './columns.ts';
import { refuse } from './failures.ts';
import { countRows } from './select.ts';
import { enter, GO_BACK, goBack, type Session } from './session.ts';
import { readTables } from './tables.ts';
import { followableWays, isDataException, isNoText, recordTaken, untriedLiterals } from './ways.ts';

interface Counted {
  selection: Selection;
  catalog: Catalog;
}

/**
 * `Reader.countEach`: in one message, in which the locks of each count are given up before the next. That the literals in
 * it are values of their types is shown by its success; what is wrong with one of them is found out one by one.
 */
export async function countEach(
  session: Session,
  selections: Selection[],
  subject: string,
): Promise<RowCount[]> {
  const leave = await enter(session).catch((error) => refuse(error));
  let isBack = false;
  try {
    await readTables(session, selections);
    const wanted: Counted[] = [];
    for (const selection of selections) {
      wanted.push({ selection, catalog: await readCatalog(session, selection) });
    }
    const counts =
      (await countOptimistic(session, wanted, subject)) ?? (await countOneByOne(session, wanted, subject));
    isBack = true;
    return counts;
  } catch (error) {
    return refuse(error);
  } finally {
    await leave({ isBack });
  }
}

const NOTHING: RowCount = { rowsInScope: 0, rowsLeftOut: 0 };

/** Null when the server does not take a value. Goes back, as counting one by one does. */
async function countOptimistic(
  session: Session,
  wanted: Counted[],
  subject: string,
): Promise<RowCount[] | null> {
  if (isNoText(subject)) return wanted.map(() => NOTHING);
  const statements = wanted.flatMap(({ selection, catalog }) => [
    countRows(selection, catalog, subject),
    GO_BACK,
  ]);
  try {
    const answers = await session.queryEach(statements);
    for (const { catalog } of wanted) recordTaken(session, untriedLiterals(session, catalog, subject));
    return wanted.map((_, index) => rowCountOf(answers[2 * index]));
  } catch (error) {
    if (!isDataException(error)) throw error;
    await goBack(session);
    return null;
  }
}

async function countOneByOne(session: Session, wanted: Counted[], subject: string): Promise<RowCount[]> {
  const counts: RowCount[] = [];
  for (const { selection, catalog: whole } of wanted) {
    const catalog = await followableWays(session, whole, selection, subject);
    if (catalog.ways.length === 0) {
      counts.push(NOTHING);
      continue;
    }
    counts.push(rowCountOf(await session.query(countRows(selection, catalog, subject))));
    await goBack(session);
  }
  return counts;
}

function rowCountOf(rows: (string | null)[][] = []): RowCount {
  const [inScope, kept] = rows[0] ?? [];
  const rowsInScope = Number(inScope ?? 0);
  return { rowsInScope, rowsLeftOut: rowsInScope - Number(kept ?? 0) };
}
