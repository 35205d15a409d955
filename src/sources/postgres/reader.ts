import { HandoverError } from '../../errors.ts';
import type { KeyRange, Reader, ReadOptions, RowChunk, Selection, SelectionRows } from '../source.ts';
import { readCatalog, tablesOf } from './columns.ts';
import { countEach } from './count-each.ts';
import { cutRange } from './cut.ts';
import { refuse } from './failures.ts';
import { ask, readCsv, readQuery } from './query.ts';
import { lookUp, readEach } from './read-each.ts';
import { changesOf, readsOthers, requireReadUnchanged, TABLES_READ } from './rewritten.ts';
import { selectRows } from './select.ts';
import { enter, type Session } from './session.ts';
import { readTables, settleKeys } from './tables.ts';
import { createTranscoder } from './transcode.ts';
import { transcodeCopy } from './transcode-copy.ts';
import { followableWays } from './ways.ts';

/**
 * Reads through one session, one thing at a time: a second call waits for the first. `rowsAtOnce` is for a driver
 * that holds a statement's whole answer in memory: larger reads of a selection are made of several.
 */
export function createReader(
  session: Session,
  options: { close: () => Promise<void>; rowsAtOnce?: number },
): Reader {
  return {
    foresee: async (selections) => {
      const release = await session.turn.take();
      try {
        await readTables(session, selections);
      } catch (error) {
        refuse(error);
      } finally {
        release();
      }
    },
    count: async (selection, subject) => {
      const [counted] = await countEach(session, [selection], subject);
      return counted ?? { rowsInScope: 0, rowsLeftOut: 0 };
    },
    countEach: (selections, subject) => countEach(session, selections, subject),
    cut: (selection, subject, targetRows, rows) => cut(session, selection, subject, targetRows, rows),
    read: (selection, subject, readOptions) =>
      readRows(session, selection, subject, { ...readOptions, rowsAtOnce: options.rowsAtOnce }),
    readEach: (selections, subject, readOptions) =>
      options.rowsAtOnce || !session.copyEach || selections.length < 2
        ? oneByOne(session, selections, subject, { ...readOptions, rowsAtOnce: options.rowsAtOnce })
        : readEach(session, session.copyEach, selections, subject, readOptions),
    readQuery: (query, readOptions) => readQuery(session, query, readOptions),
    readCsv: (query, readOptions) => readCsv(session, query, readOptions),
    ask: (query) => ask(session, query),
    close: options.close,
  };
}

const EVERYTHING: KeyRange = { from: null, to: null };

async function cut(
  session: Session,
  selection: Selection,
  subject: string,
  targetRows: number,
  rows?: number,
): Promise<KeyRange[]> {
  const leave = await enter(session).catch((error) => refuse(error));
  try {
    const whole = await readCatalog(session, selection);
    await settleKeys(session, whole.table, selection.orderBy);
    const catalog = await followableWays(session, whole, selection, subject);
    if (catalog.ways.length === 0) return [EVERYTHING];
    return await cutRange(session, selection, catalog, subject, targetRows, EVERYTHING, rows);
  } catch (error) {
    return refuse(error);
  } finally {
    await leave();
  }
}

async function* oneByOne(
  session: Session,
  selections: Selection[],
  subject: string,
  options: ReadOptions & { rowsAtOnce?: number },
): AsyncGenerator<SelectionRows> {
  for (const selection of selections) {
    yield { category: selection.category, chunks: readRows(session, selection, subject, options) };
  }
}

async function* readRows(
  session: Session,
  selection: Selection,
  subject: string,
  options: ReadOptions & { rowsAtOnce?: number },
): AsyncGenerator<RowChunk> {
  const { range = EVERYTHING, separator, signal, rowsAtOnce } = options;
  signal?.throwIfAborted();
  const leave = await enter(session).catch((error) => refuse(error));
  try {
    const { catalog: whole, columns } = await lookUp(session, selection);
    const catalog = await followableWays(session, whole, selection, subject);
    if (catalog.ways.length === 0) return;
    const ranges = rowsAtOnce
      ? await cutRange(session, selection, catalog, subject, rowsAtOnce, range)
      : [range];

    const transcoder = createTranscoder(columns, separator);
    for (const range of ranges) {
      const sql = `copy (${selectRows(selection, catalog, subject, range)}) to stdout (format binary)`;
      yield* transcodeCopy(session, sql, transcoder, signal);
    }
    const tables = tablesOf(catalog);
    const [changed] = await session.query(changesOf(tables));
    if (changed?.[0] !== '0') throw new HandoverError('snapshot_lost');
    if (readsOthers(selection, tables)) await requireReadUnchanged(session, await session.query(TABLES_READ));
    const last = transcoder.take();
    if (last) yield last;
  } catch (error) {
    signal?.throwIfAborted();
    refuse(error);
  } finally {
    await leave();
  }
}
