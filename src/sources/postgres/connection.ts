import { Client, type QueryArrayResult } from 'pg';
import { copyEachOut, copyOut } from './copy-out.ts';
import { tapCopyData } from './copy-tap.ts';
import { describeStatement } from './describe-statement.ts';
import { connectionOf } from './driver.ts';
import { sqlStateOf } from './failures.ts';
import { createOneBufferSocket, type OneBufferSocket } from './one-buffer-socket.ts';
import { MARK, type Session } from './session.ts';
import { createSlots } from './slots.ts';

export interface ConnectionOptions {
  url: string;
  /** As it stands in `pg_stat_activity`. */
  applicationName: string;
}

export interface Connection extends Required<Session> {
  /** Begins a transaction by the statements of `start`, and marks it. Resolves to what it answers to `select ${answer}`. */
  begin(start: string, answer?: string): Promise<(string | null)[]>;
  /**
   * Ends the transaction. Resolves to whether another may be begun: false when anything still runs, failed or was
   * cancelled in it, or the server is gone. Never throws.
   */
  rest(): Promise<boolean>;
  /** Whether the server has gone since. */
  isLost(): boolean;
  /** Stops what is running on the server, and closes. Never throws. */
  close(): Promise<void>;
}

/** A session of its own on a server: what `pg` calls a client. Throws what the driver throws. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  // With TLS the driver puts a stream of its own on top of the socket.
  const socket = createClient(options).ssl ? null : createOneBufferSocket();
  const client = createClient(options, socket);
  const tap = tapCopyData(client, socket);
  // A server that ends an idle session says why (a replica: a conflict), and nobody is asking at that moment.
  let farewell: unknown = null;
  let isLost = false;
  client.on('error', (error) => {
    isLost = true;
    if (sqlStateOf(error)) farewell = error;
  });
  client.on('end', () => {
    isLost = true;
  });
  await client.connect();
  /** Of the backend that has the transaction: behind a pooler each may have another. */
  let pid: string | null = null;
  const closing = new AbortController();
  let cancelling: Promise<void> | null = null;
  let queriesRunning = 0;
  let copiesRunning = 0;
  let hasFailed = false;

  function cancel(): Promise<void> {
    cancelling = cancelStatement(options, pid).catch(() => client.end());
    return cancelling;
  }

  async function run<T>(statement: () => Promise<T>): Promise<T> {
    queriesRunning++;
    try {
      return await statement();
    } catch (error) {
      hasFailed = true;
      throw sqlStateOf(error) ? error : (farewell ?? error);
    } finally {
      queriesRunning--;
    }
  }

  async function* copy<T>(
    begin: (over: { cancel: () => Promise<void>; signal: AbortSignal }) => AsyncGenerator<T>,
    signal?: AbortSignal,
  ): AsyncGenerator<T> {
    const signals = signal ? [signal, closing.signal] : [closing.signal];
    copiesRunning++;
    try {
      yield* begin({ cancel, signal: AbortSignal.any(signals) });
    } catch (error) {
      hasFailed = true;
      throw error;
    } finally {
      copiesRunning--;
    }
  }

  return {
    turn: createSlots(1),
    query: async (sql) => (await run(() => queryTexts(client, sql))).at(-1) ?? [],
    queryEach: (statements) => run(() => queryTexts(client, statements.join(';\n'))),
    describe: (sql) => run(() => describeStatement(client, sql)),
    copy: (sql, signal) => copy((over) => copyOut({ client, tap }, sql, over), signal),
    copyEach: (statements, signal) => copy((over) => copyEachOut({ client, tap }, statements, over), signal),
    async begin(start, answer) {
      keepsProcess(client, true);
      const asked = answer === undefined ? '' : `, ${answer}`;
      const sql = `${start}; select pg_catalog.pg_backend_pid()::pg_catalog.text${asked}; ${MARK}`;
      const rows = (await run(() => queryTexts(client, sql))).at(-2);
      const [backend = null, ...answers] = rows?.[0] ?? [];
      pid = backend;
      return answers;
    },
    async rest() {
      const mayRest = () =>
        !hasFailed && !isLost && cancelling === null && queriesRunning + copiesRunning === 0;
      if (!mayRest()) return false;
      // Undone, not committed: also what a function of the product's may have set for the session.
      await run(() => client.query('rollback')).catch(() => {});
      if (!mayRest()) return false;
      // Nobody waits for one that rests, so it must not keep the process.
      keepsProcess(client, false);
      return true;
    },
    isLost: () => isLost,
    async close() {
      keepsProcess(client, true);
      closing.abort(new Error('The reader was closed.'));
      // A server goes on with a statement whose client is gone.
      if (queriesRunning > 0) await cancel();
      await cancelling;
      // While somebody holds bytes of the socket it is not read, and so does not see that the server is gone.
      const impatient = setTimeout(() => connectionOf(client).stream.destroy(), CLOSE_PATIENCE_MS);
      await client.end().catch(() => {});
      clearTimeout(impatient);
    },
  };
}

const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_PATIENCE_MS = 2_000;

function createClient(
  { url, applicationName }: ConnectionOptions,
  socket: OneBufferSocket | null = null,
): Client {
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...(socket && { stream: () => socket.stream }),
  });
  // A connection that breaks while idle says so again when it is used; without a listener it would end the process.
  client.on('error', () => {});
  return client;
}

/** Whether the process lives on for as long as the connection is open. */
function keepsProcess(client: Client, isKept: boolean): void {
  const connection = connectionOf(client);
  if (isKept) connection.ref();
  else connection.unref();
}

/** What each of the statements answers. */
async function queryTexts(client: Client, sql: string): Promise<(string | null)[][][]> {
  const answer: QueryArrayResult<(string | null)[]> | QueryArrayResult<(string | null)[]>[] =
    await client.query<(string | null)[]>({
      text: sql,
      rowMode: 'array',
      types: { getTypeParser: () => (text: string) => text },
    });
  return (Array.isArray(answer) ? answer : [answer]).map(({ rows }) => rows);
}

/** On a connection of its own, for a moment: by the server's function, so that it also works over TLS and poolers. */
async function cancelStatement(options: ConnectionOptions, pid: string | null): Promise<void> {
  if (pid === null) throw new Error('No transaction was begun.');
  const client = createClient(options);
  try {
    await client.connect();
    await client.query('select pg_catalog.pg_cancel_backend($1)', [Number(pid)]);
  } finally {
    await client.end().catch(() => {});
  }
}
