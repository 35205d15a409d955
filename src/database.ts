import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { types as defaultTypes, Pool, type PoolClient } from 'pg';
import { HandoverError } from './errors.ts';
import { nameOf } from './prepared-statements.ts';

/**
 * Handover's own state: a Postgres named by `DATABASE_URL`, or PGlite in the data folder. One set of SQL for both,
 * with `$1` placeholders; `timestamptz` comes back as `Date`, `int8` as `number` (no count here passes 2^53),
 * `bytea` as bytes.
 */
export interface Session {
  query<Row extends object = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>;
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
}

export interface Database extends Session {
  kind: 'postgres' | 'pglite';
  /**
   * Runs all or nothing. Inside, use only the session handed in: on PGlite there is no other, and waiting for one
   * would wait forever.
   */
  transaction<T>(run: (session: Session) => Promise<T>): Promise<T>;
  /** The driver underneath, for the queue. */
  driver: Pool | PGlite;
  close(): Promise<void>;
}

const INT8 = 20;

/** A connection that is closed after a lull is missed at once: while exports run, to open one takes up to 100 ms. */
const IDLE_MS = 5 * 60_000;

/** Throws `environment_invalid` when the address is not one of a Postgres. */
export function openPostgres(options: { url: string; maxConnections: number }): Database {
  if (!/^postgres(ql)?:\/\//.test(options.url)) {
    throw new HandoverError(
      'environment_invalid',
      'DATABASE_URL: expected the address of a Postgres, e.g. DATABASE_URL=postgres://user:password@localhost:5432/handover',
    );
  }
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections,
    application_name: 'handover',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: IDLE_MS,
    types: { getTypeParser: parserFor },
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  return {
    kind: 'postgres',
    driver: pool,
    ...poolSession(pool),
    transaction: (run) => poolTransaction(pool, run),
    close: () => pool.end(),
  };
}

/** Opens or makes the folder; the caller holds its lock, since PGlite has none. Null keeps it in memory. */
export async function openPglite(folder: string | null): Promise<Database> {
  const options = { parsers: { [INT8]: Number } };
  const pglite = folder === null ? await PGlite.create(options) : await PGlite.create(folder, options);
  return {
    kind: 'pglite',
    driver: pglite,
    ...pgliteSession(pglite),
    transaction: (run) => pglite.transaction((tx) => run(pgliteSession(tx))),
    close: () => pglite.close(),
  };
}

function poolSession(client: Pool | PoolClient): Session {
  return {
    async query<Row extends object>(sql: string, params: unknown[] = []) {
      if (params.length === 0) return (await client.query<Row>(sql)).rows;
      return (await client.query<Row>({ name: nameOf(sql), text: sql, values: params })).rows;
    },
    async script(sql) {
      await client.query(sql);
    },
  };
}

function pgliteSession(pglite: Pick<PGlite, 'query' | 'exec'>): Session {
  return {
    async query<Row extends object>(sql: string, params: unknown[] = []) {
      return (await pglite.query<Row>(sql, params)).rows;
    },
    async script(sql) {
      await pglite.exec(sql);
    },
  };
}

async function poolTransaction<T>(pool: Pool, run: (session: Session) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Between two statements nobody hears that the connection breaks; without a listener that would end the process.
  const noteBreak = (error: Error) => {
    broken = error;
  };
  client.on('error', noteBreak);
  try {
    await client.query('begin');
    const result = await run(poolSession(client));
    await client.query('commit');
    return result;
  } catch (error) {
    if (isOutdatedPlan(error)) broken = error;
    // A connection that cannot roll back is not given to the next one who asks.
    await client.query('rollback').catch((reason: Error) => {
      broken = reason;
    });
    throw error;
  } finally {
    client.off('error', noteBreak);
    client.release(broken);
  }
}

/** A later version changed a table since this connection prepared a statement on it; a new one prepares it anew. */
function isOutdatedPlan(error: unknown): error is Error {
  return error instanceof Error && /cached plan must not change result type/.test(error.message);
}

function parserFor(oid: number, format?: string) {
  if (oid === INT8 && format !== 'binary') return Number;
  return defaultTypes.getTypeParser(oid, format as 'text');
}

/**
 * Runs again what a server refused that is still starting, or recovering from a crash; for a minute, then throws what it
 * says. A server that is not there at all is another matter: its address may be wrong.
 */
export async function onceItAccepts<T>(run: () => Promise<T>, patienceMs = 60_000): Promise<T> {
  const endsAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      const isStarting = error instanceof Error && 'code' in error && error.code === CANNOT_CONNECT_NOW;
      if (!isStarting || performance.now() > endsAt) throw error;
      await sleep(STARTING_PAUSE_MS);
    }
  }
}

const CANNOT_CONNECT_NOW = '57P03';
const STARTING_PAUSE_MS = 250;

/**
 * Why the Postgres of `DATABASE_URL` cannot be used, as `environment_invalid`: nobody answers there, or the login is
 * refused. Null for any other error.
 */
export function stateRefusal(cause: unknown): HandoverError | null {
  if (!(cause instanceof Error)) return null;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  // Tried at several addresses of one name, an error has a code and no message.
  const reason = cause.message || code;
  const isAway = /^E[A-Z_]+$/.test(code) || /timeout|terminated/i.test(reason);
  const isRefused = /^(28|3D)/.test(code);
  if (!isAway && !isRefused) return null;
  const wayOut = isAway
    ? 'Is it running there, and does a firewall let this machine in?'
    : 'Check user, password and database in it.';
  return new HandoverError(
    'environment_invalid',
    `DATABASE_URL: the Postgres it names cannot be used (${reason}). ${wayOut}`,
    { cause },
  );
}
