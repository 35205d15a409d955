import { HandoverError } from '../../errors.ts';
import type { KeyRange, Reader, ReadOptions, RowChunk, Selection } from '../source.ts';
import { type Catalog, type CatalogWay, readCatalog } from './columns.ts';
import { countScope } from './count.ts';
import { cutRange } from './cut.ts';
import { refuse, sqlStateOf } from './failures.ts';
import { ask, readCsv, readQuery } from './query.ts';
import { areFilesUnchanged, isUnchanged } from './rewritten.ts';
import { type Constant, constantsOf, literalOf, selectRows, subjectColumn } from './select.ts';
import { enter, type Session } from './session.ts';
import { readTables } from './tables.ts';
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
    count: (selection, subject) =>
      inTurn(session, selection, subject, { rowsInScope: 0, rowsLeftOut: 0 }, (catalog) =>
        countScope(session, selection, catalog, subject),
      ),
    cut: (selection, subject, targetRows, rows) =>
      inTurn(session, selection, subject, [EVERYTHING], (catalog) =>
        cutRange(session, selection, catalog, subject, targetRows, EVERYTHING, rows),
      ),
    read: (selection, subject, readOptions) =>
      readRows(session, selection, subject, { ...readOptions, rowsAtOnce: options.rowsAtOnce }),
    readQuery: (query, readOptions) => readQuery(session, query, readOptions),
    readCsv: (query, readOptions) => readCsv(session, query, readOptions),
    ask: (query) => ask(session, query),
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
    const catalog = await followableWays(session, await readCatalog(session, selection), selection, subject);
    return catalog.ways.length > 0 ? await ask(catalog) : nothing;
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
    const whole = await readCatalog(session, selection);
    const { category, columns: selected } = selection;
    const columns = transcodedColumns(selected, whole.table.columns, `Category "${category}"`, {
      category,
    });
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
    const tables = [catalog.table, ...catalog.ways.flatMap(({ hops }) => hops)];
    const ask = tables.every(({ isAlone }) => isAlone) ? areFilesUnchanged : isUnchanged;
    const oids = tables.map(({ oid }) => oid);
    if (!(await ask(session, oids))) throw new HandoverError('snapshot_lost');
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
 * The catalog with the ways that the subject can take: where its id is no value of a column's type (`x7` for a uuid),
 * no row belongs to it. Throws `source_refused` when a constant of a way is no value of its column's type.
 */
async function followableWays(
  session: Session,
  catalog: Catalog,
  { category }: Selection,
  subject: string,
): Promise<Catalog> {
  if (subject.includes('\0') || !subject.isWellFormed()) return { ...catalog, ways: [] };
  const ways: CatalogWay[] = [];
  const known = triedLiterals.get(session) ?? new Map<string, boolean>();
  triedLiterals.set(session, known);
  const isTaken = async (literal: string) => {
    const answer = known.get(literal) ?? (await isValue(session, literal));
    known.set(literal, answer);
    return answer;
  };
  for (const way of catalog.ways) {
    for (const constant of constantsOf(catalog, way)) {
      if (!(await isTaken(constant.literal))) throw noValue(category, constant);
    }
    if (await isTaken(literalOf(subject, subjectColumn(catalog, way)))) ways.push(way);
  }
  return { ...catalog, ways };
}

/** Whether they are values of their types: most categories ask it of the same literal. */
const triedLiterals = new WeakMap<Session, Map<string, boolean>>();

function noValue(category: string, { column, value }: Constant): HandoverError {
  return new HandoverError(
    'source_refused',
    `Category "${category}": "${value}" is no value of the column "${column}", which \`is\` compares with it.`,
    { details: { category, column } },
  );
}

/** Whether the server takes a literal for a value of its type. */
async function isValue(session: Session, literal: string): Promise<boolean> {
  await session.query('savepoint handover_value');
  try {
    await session.query(`select ''::text where ${literal} is null`);
    await session.query('release savepoint handover_value');
    return true;
  } catch (error) {
    if (!isDataException(error)) throw error;
    await session.query('rollback to savepoint handover_value');
    return false;
  }
}

/** SQLSTATE class 22, and what a type's own checks say. */
function isDataException(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error) ?? '');
}
