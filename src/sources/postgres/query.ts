import type { Query, ReadOptions, RowChunk } from '../source.ts';
import { readingOf } from './columns.ts';
import { type CopyBytes, textOf } from './copy-tap.ts';
import { createCsvRecords } from './csv-records.ts';
import { refuse } from './failures.ts';
import { readQueryColumns } from './query-columns.ts';
import { quoteIdentifier } from './quote.ts';
import { requireReadUnchanged, TABLES_READ, tablesReadOf } from './rewritten.ts';
import { enter, type Session } from './session.ts';
import { createTranscoder } from './transcode.ts';
import { transcodeBytes } from './transcode-copy.ts';
import { transcodedColumns } from './transcoded-columns.ts';

/**
 * `Reader.readQuery`. The statement stands as a subquery, whose own order is kept: Postgres runs a subquery that is
 * ordered as it stands, and what is put around it here only takes its rows one by one.
 */
export async function* readQuery(
  session: Session,
  query: Query,
  { separator, signal }: Omit<ReadOptions, 'range'>,
): AsyncGenerator<RowChunk> {
  yield* inTurn(session, query, signal, async function* () {
    const columns = await readQueryColumns(session, query);
    const transcoder = createTranscoder(
      transcodedColumns(query.columns, columns, placeOf(query), { query: query.name }),
      separator,
    );
    const expressions = query.columns.flatMap(({ column: name }) => {
      const column = columns.get(name);
      return column ? readingOf(column, `q.${quoteIdentifier(name)}`).expression : [];
    });
    const sql = `copy (select ${expressions.join(', ')} from (${query.sql}\n) q) to stdout (format binary)`;
    for await (const copied of copyUnchanged(session, sql, signal)) yield* transcodeBytes(copied, transcoder);
    transcoder.end();
    const last = transcoder.take();
    if (last) yield last;
  });
}

/** `Reader.readCsv`. */
export async function* readCsv(
  session: Session,
  query: Pick<Query, 'name' | 'sql'>,
  { signal }: { signal?: AbortSignal },
): AsyncGenerator<RowChunk> {
  yield* inTurn(session, query, signal, async function* () {
    const records = createCsvRecords();
    const sql = `copy (${query.sql}\n) to stdout (format csv)`;
    for await (const { bytes, bounds } of copyUnchanged(session, sql, signal)) {
      for (let i = 0; i < bounds.length; i += 2) {
        records.push(bytes.subarray(bounds[i], bounds[i + 1]));
        const full = records.isFull() ? records.take() : null;
        if (full) yield full;
      }
    }
    records.end();
    const last = records.take();
    if (last) yield last;
  });
}

/** `Reader.ask`. */
export async function ask(
  session: Session,
  query: Pick<Query, 'name' | 'sql'>,
): Promise<(string | null)[][]> {
  return answer(session, query, async () => {
    const columns = await session.describe(`select * from (${query.sql}\n) q`);
    const names = columns.map((_, index) => `c${index}`);
    const texts = names.map((name) => `q.${name}::pg_catalog.text`);
    const rows = await session.query(`select ${texts} from (${query.sql}\n) q(${names})`);
    await requireReadUnchanged(session, await session.query(TABLES_READ));
    return rows;
  });
}

/**
 * What a COPY answers, and then a look at the tables that it read: in one message, where the driver can. Throws
 * `snapshot_lost`.
 */
async function* copyUnchanged(
  session: Session,
  sql: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<CopyBytes> {
  if (!session.copyEach) {
    yield* session.copy(sql, signal);
    return requireReadUnchanged(session, await session.query(TABLES_READ));
  }
  let isCopied = false;
  let tables = '';
  for await (const copied of session.copyEach([sql, `copy (${TABLES_READ}) to stdout`], signal)) {
    if (copied === null) isCopied = true;
    else if (isCopied) tables += textOf(copied);
    else yield copied;
  }
  await requireReadUnchanged(session, tablesReadOf(tables));
}

async function* inTurn(
  session: Session,
  query: Pick<Query, 'name'>,
  signal: AbortSignal | undefined,
  read: () => AsyncGenerator<RowChunk>,
): AsyncGenerator<RowChunk> {
  signal?.throwIfAborted();
  const leave = await enter(session).catch((error) => refuse(error));
  try {
    yield* read();
  } catch (error) {
    signal?.throwIfAborted();
    refuse(error, placeOf(query));
  } finally {
    await leave();
  }
}

async function answer<T>(session: Session, query: Pick<Query, 'name'>, ask: () => Promise<T>): Promise<T> {
  const leave = await enter(session).catch((error) => refuse(error));
  try {
    return await ask();
  } catch (error) {
    return refuse(error, placeOf(query));
  } finally {
    await leave();
  }
}

function placeOf({ name }: Pick<Query, 'name'>): string {
  return `Query "${name}"`;
}
