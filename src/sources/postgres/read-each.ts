import { HandoverError } from '../../errors.ts';
import type { ReadOptions, RowChunk, Selection, SelectionRows } from '../source.ts';
import { type Catalog, readCatalog, tablesOf } from './columns.ts';
import { type CopyBytes, textOf } from './copy-tap.ts';
import { refuse } from './failures.ts';
import { changesOf, readsOthers, requireReadUnchanged, TABLES_READ, tablesReadOf } from './rewritten.ts';
import { selectRows } from './select.ts';
import { enter, GO_BACK, goBack, type Session } from './session.ts';
import { readTables, settleKeys } from './tables.ts';
import { CHUNK_BYTES, createTranscoder, type TranscodedColumn, type Transcoder } from './transcode.ts';
import { transcodeBytes } from './transcode-copy.ts';
import { transcodedColumns } from './transcoded-columns.ts';
import { followableWays, isNoText, tryLiterals, untriedLiterals } from './ways.ts';

interface Wanted {
  selection: Selection;
  catalog: Catalog;
  columns: TranscodedColumn[];
}

/**
 * `Reader.readEach`: by messages of many statements, in which the locks of each COPY are given up before the next, so that
 * nobody waits for one table while the read of another goes on, nor do we.
 */
export async function* readEach(
  session: Session,
  copyEach: NonNullable<Session['copyEach']>,
  selections: Selection[],
  subject: string,
  { separator, signal }: Omit<ReadOptions, 'range'>,
): AsyncGenerator<SelectionRows> {
  signal?.throwIfAborted();
  const leave = await enter(session).catch((error) => refuse(error));
  let isBack = false;
  try {
    for (const run of runsOf(await prepare(session, selections, subject))) {
      yield* readRun({ session, copyEach }, run, subject, { separator, signal });
    }
    isBack = true;
  } catch (error) {
    signal?.throwIfAborted();
    refuse(error);
  } finally {
    await leave({ isBack });
  }
}

/** Goes back at the end. */
async function* readRun(
  { session, copyEach }: { session: Session; copyEach: NonNullable<Session['copyEach']> },
  run: Wanted[],
  subject: string,
  { separator, signal }: Omit<ReadOptions, 'range'>,
): AsyncGenerator<SelectionRows> {
  const read = run.filter(({ catalog }) => catalog.ways.length > 0);
  const copies = read.map(
    ({ selection, catalog }) => `copy (${selectRows(selection, catalog, subject)}) to stdout (format binary)`,
  );
  const looks = [changesOf(read.flatMap(({ catalog }) => tablesOf(catalog)))];
  const areLocksKept = run.some(standsAlone);
  if (areLocksKept) looks.push(TABLES_READ);
  const statements = [
    ...copies.flatMap((copy, index) => (index > 0 ? [GO_BACK, copy] : [copy])),
    ...looks.map((look) => `copy (${look}) to stdout`),
    ...(areLocksKept ? [] : [GO_BACK]),
  ];
  const chunk = new Uint8Array(CHUNK_BYTES);
  const copied = copyEach(statements, signal)[Symbol.asyncIterator]();
  try {
    for (const one of run) {
      const section: Section = { isRead: !read.includes(one) };
      const transcoder = createTranscoder(one.columns, separator, chunk);
      yield { category: one.selection.category, chunks: readSection(section, copied, transcoder, signal) };
      if (!section.isRead) throw new Error('The rows of a category were not read to their end.');
    }
    if (read.length === 0) return;
    const [changes, tablesRead = ''] = await readAnswers(copied);
    if (changes !== '0\n') throw new HandoverError('snapshot_lost');
    if (!areLocksKept) return;
    await requireReadUnchanged(session, tablesReadOf(tablesRead));
    await goBack(session);
  } finally {
    await copied.return?.();
  }
}

interface Section {
  isRead: boolean;
}

async function* readSection(
  section: Section,
  copied: AsyncIterator<CopyBytes | null>,
  transcoder: Transcoder,
  signal: AbortSignal | undefined,
): AsyncGenerator<RowChunk> {
  if (section.isRead) return;
  try {
    for (let next = await copied.next(); next.value; next = await copied.next()) {
      yield* transcodeBytes(next.value, transcoder);
    }
    transcoder.end();
    section.isRead = true;
    const last = transcoder.take();
    if (last) yield last;
  } catch (error) {
    signal?.throwIfAborted();
    refuse(error);
  }
}

/** What the last COPYs say, each to its end. */
async function readAnswers(copied: AsyncIterator<CopyBytes | null>): Promise<string[]> {
  const answers: string[] = [];
  let answer = '';
  for (let next = await copied.next(); !next.done; next = await copied.next()) {
    if (next.value) {
      answer += textOf(next.value);
      continue;
    }
    answers.push(answer);
    answer = '';
  }
  return answers;
}

/**
 * What is read in one message. That a table's file is still the one that the snapshot knows holds for the whole time
 * before, since no file comes back. A partition may: what is made of several tables is looked at under its own locks. So may a
 * name, if a table is renamed away and back while another is read: that is not seen.
 */
function runsOf(wanted: Wanted[]): Wanted[][] {
  const runs: Wanted[][] = [];
  let isOpen = false;
  for (const one of wanted) {
    if (isOpen && !standsAlone(one)) runs.at(-1)?.push(one);
    else runs.push([one]);
    isOpen = !standsAlone(one);
  }
  return runs;
}

/** Whether it must be looked at under its own locks. */
function standsAlone({ selection, catalog }: Wanted): boolean {
  return readsOthers(selection, tablesOf(catalog));
}

/** What reading a selection needs of the catalog. Throws `source_refused` when the two do not match. */
export async function lookUp(session: Session, selection: Selection): Promise<Omit<Wanted, 'selection'>> {
  const { category, columns: selected } = selection;
  const catalog = await readCatalog(session, selection);
  await settleKeys(session, catalog.table, selection.orderBy);
  const place = `Category "${category}"`;
  const columns = transcodedColumns(selected, catalog.table.columns, place, { category });
  return { catalog, columns };
}

/** What is wrong with a category is said before the first of them is read. */
async function prepare(session: Session, selections: Selection[], subject: string): Promise<Wanted[]> {
  await readTables(session, selections);
  const found: Wanted[] = [];
  for (const selection of selections) found.push({ selection, ...(await lookUp(session, selection)) });
  if (!isNoText(subject)) {
    const untried = found.flatMap(({ catalog }) => untriedLiterals(session, catalog, subject));
    await tryLiterals(session, untried);
  }
  const wanted: Wanted[] = [];
  for (const one of found) {
    wanted.push({ ...one, catalog: await followableWays(session, one.catalog, one.selection, subject) });
  }
  return wanted;
}
