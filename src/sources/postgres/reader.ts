import { HandoverError } from '../../errors.ts';
import type { KeyRange, Reader, ReadOptions, RowChunk, Selection } from '../source.ts';
import { type Catalog, readCatalog } from './columns.ts';
import { cutRange } from './cut.ts';
import { estimateRows } from './estimate.ts';
import { refuse, sqlStateOf } from './failures.ts';
import { ask, estimateQuery, readCsv, readQuery } from './query.ts';
import { isUnchanged } from './rewritten.ts';
import { literalOf, selectRows, subjectColumn } from './select.ts';
import { enter, type Session } from './session.ts';
import { createTranscoder } from './transcode.ts';
import { transcodeCopy } from './transcode-copy.ts';
import { transcodedColumns } from './transcoded-columns.ts';

/**
 * Reads through one session, one thing at a time: a second call waits for the first. `rowsAtOnce` is for a driver
 * that holds a statement's whole answer in memory: larger reads of a selection are made of several.
 */
export function createReader(
  session: Session,
  options: { close: () => Promise<void>; rowsAtOnce?: number },
): Reader {
  return {
    estimate: (selection, subject) =>
      inTurn(session, selection, subject, { rows: 0, bytes: 0 }, (catalog) =>
        estimateRows(session, selection, catalog, subject),
      ),
    cut: (selection, subject, targetRows) =>
      inTurn(session, selection, subject, [EVERYTHING], (catalog) =>
        cutRange(session, selection, catalog, subject, targetRows),
      ),
    read: (selection, subject, readOptions) =>
      readRows(session, selection, subject, { ...readOptions, rowsAtOnce: options.rowsAtOnce }),
    readQuery: (query, readOptions) => readQuery(session, query, readOptions),
    readCsv: (query, readOptions) => readCsv(session, query, readOptions),
    ask: (query) => ask(session, query),
    estimateQuery: (query) => estimateQuery(session, query),
    close: options.close,
  };
}

const EVERYTHING: KeyRange = { from: null, to: null };

/** `nothing` is the answer for a subject that cannot exist. */
async function inTurn<T>(
  session: Session,
  selection: Selection,
  subject: string,
  nothing: T,
  ask: (catalog: Catalog) => Promise<T>,
): Promise<T> {
  const leave = await enter(session).catch((error) => refuse(error));
  try {
    const catalog = await readCatalog(session, selection);
    return (await canExist(session, selection, catalog, subject)) ? await ask(catalog) : nothing;
  } catch (error) {
    return refuse(error);
  } finally {
    await leave();
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
    const catalog = await readCatalog(session, selection);
    const { category, columns: selected } = selection;
    const columns = transcodedColumns(selected, catalog.table.columns, `Category "${category}"`, {
      category,
    });
    if (!(await canExist(session, selection, catalog, subject))) return;
    const ranges = rowsAtOnce
      ? await cutRange(session, selection, catalog, subject, rowsAtOnce, range)
      : [range];

    const transcoder = createTranscoder(columns, separator);
    for (const range of ranges) {
      const sql = `copy (${selectRows(selection, catalog, subject, range)}) to stdout (format binary)`;
      yield* transcodeCopy(session, sql, transcoder, signal);
    }
    const tables = [catalog.table, ...catalog.hops].map(({ oid }) => oid);
    if (!(await isUnchanged(session, tables))) throw new HandoverError('snapshot_lost');
    const last = transcoder.take();
    if (last) yield last;
  } catch (error) {
    signal?.throwIfAborted();
    refuse(error);
  } finally {
    await leave();
  }
}

/**
 * False when the id is no value of the column's type (`x7` for a uuid): such a subject has no rows. Nothing more can
 * then be asked before the savepoint is left.
 */
async function canExist(
  session: Session,
  selection: Selection,
  catalog: Catalog,
  subject: string,
): Promise<boolean> {
  if (subject.includes('\0') || !subject.isWellFormed()) return false;
  const literal = literalOf(subject, subjectColumn(selection, catalog));
  try {
    await session.query(`select ''::text where ${literal} is null`);
    return true;
  } catch (error) {
    if (isDataException(error)) return false;
    throw error;
  }
}

/** SQLSTATE class 22, and what a type's own checks say. */
function isDataException(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error) ?? '');
}
