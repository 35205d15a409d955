import { Client } from 'pg';
import { copyOut } from './copy-out.ts';
import { tapCopyData } from './copy-tap.ts';
import { sqlStateOf } from './failures.ts';
import { createOneBufferSocket, type OneBufferSocket } from './one-buffer-socket.ts';
import type { Session } from './session.ts';
import { createSlots } from './slots.ts';

export interface ConnectionOptions {
  url: string;
  /** As it stands in `pg_stat_activity`. */
  applicationName: string;
}

export interface Connection extends Session {
  /** Several statements; what they answer is dropped. */
  script(sql: string): Promise<void>;
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
  client.on('error', (error) => {
    if (sqlStateOf(error)) farewell = error;
  });
  await client.connect();
  const [[pid]] = (await queryText(client, 'select pg_catalog.pg_backend_pid()::text')) as [[string]];
  const closing = new AbortController();
  let cancelling: Promise<void> | null = null;
  let queriesRunning = 0;

  function cancel(): Promise<void> {
    cancelling = cancelStatement(options, pid).catch(() => client.end());
    return cancelling;
  }

  return {
    turn: createSlots(1),
    async query(sql) {
      queriesRunning++;
      try {
        return await queryText(client, sql);
      } catch (error) {
        throw sqlStateOf(error) ? error : (farewell ?? error);
      } finally {
        queriesRunning--;
      }
    },
    async describe(sql) {
      const { fields } = await client.query(sql);
      return fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));
    },
    copy(sql, signal) {
      const signals = signal ? [signal, closing.signal] : [closing.signal];
      return copyOut({ client, tap }, sql, { cancel, signal: AbortSignal.any(signals) });
    },
    async script(sql) {
      await client.query(sql);
    },
    async close() {
      closing.abort(new Error('The reader was closed.'));
      // A server goes on with a statement whose client is gone.
      if (queriesRunning > 0) await cancel();
      await cancelling;
      await client.end().catch(() => {});
    },
  };
}

const CONNECT_TIMEOUT_MS = 10_000;

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

async function queryText(client: Client, sql: string): Promise<(string | null)[][]> {
  const { rows } = await client.query<(string | null)[]>({
    text: sql,
    rowMode: 'array',
    types: { getTypeParser: () => (text: string) => text },
  });
  return rows;
}

/** On a connection of its own, for a moment: by the server's function, so that it also works over TLS and poolers. */
async function cancelStatement(options: ConnectionOptions, pid: string): Promise<void> {
  const client = createClient(options);
  try {
    await client.connect();
    await client.query('select pg_catalog.pg_cancel_backend($1)', [Number(pid)]);
  } finally {
    await client.end().catch(() => {});
  }
}
