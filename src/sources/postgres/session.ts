import type { CopyBytes } from './copy-tap.ts';
import type { Slots } from './slots.ts';

/**
 * One session of a Postgres, inside the one transaction that it was opened for. All that the readers know of a
 * driver. Each call runs one statement without parameters: literals are quoted into it.
 */
export interface Session {
  /** The statement's columns must be text: drivers parse other types, each in its own way. */
  query(sql: string): Promise<(string | null)[][]>;
  /** Several at once, without a round trip between them; what each answers. The first that fails is the last that runs. */
  queryEach(statements: string[]): Promise<(string | null)[][][]>;
  /** The columns that a statement would answer with. It is not run, and where the driver can do without, not planned. */
  describe(sql: string): Promise<{ name: string; typeOid: number }[]>;
  /**
   * Payloads of CopyData messages, some at a time; their bytes are valid until the next are asked for. Leaving early,
   * or the signal, stops the statement on the server.
   */
  copy(sql: string, signal?: AbortSignal): AsyncIterable<CopyBytes>;
  /**
   * Several COPYs, and statements without an answer between them, without a round trip; null behind the last bytes of
   * each COPY. Not for a driver that holds a whole answer in memory.
   */
  copyEach?(statements: string[], signal?: AbortSignal): AsyncIterable<CopyBytes | null>;
  /** One place: a session does one thing at a time. */
  turn: Slots;
}

/**
 * What a row looks like must depend on its values alone, never on defaults of the server, the database or the role.
 * `set local`, so that a connection pooler between us and the server is left as it was.
 */
export const SESSION_SETTINGS = `
  set local client_encoding = 'UTF8';
  set local standard_conforming_strings = on;
  set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'iso_8601';
  set local timezone = 'UTC';
  set local extra_float_digits = 1;
  set local bytea_output = 'hex';
  set local xmlbinary = 'base64';
  -- Row-level security would leave rows out in silence; switched off, the server refuses the read instead.
  set local row_security = off;
  -- Somebody's production database: one core a reader, and no compiling.
  set local max_parallel_workers_per_gather = 0;
  set local jit = off;
`;

/**
 * A database without an encoding holds whatever bytes it was given, and would refuse to call them UTF-8: it is asked
 * for them as they are, and the transcoder mends what is not UTF-8. To be selected after {@link SESSION_SETTINGS}.
 */
export const TAKE_BYTES_AS_THEY_ARE = `pg_catalog.set_config('client_encoding',
  case pg_catalog.current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end, true)`;

/**
 * The instant that a snapshot shows, when it is asked for in the statement that takes the snapshot. A replica shows
 * what it has replayed, which may be older than its clock.
 */
export const TAKEN_AT = `pg_catalog.to_char(
  pg_catalog.timezone('UTC', case
    when pg_catalog.pg_is_in_recovery() and pg_catalog.pg_last_wal_receive_lsn() <> pg_catalog.pg_last_wal_replay_lsn()
    then least(pg_catalog.clock_timestamp(), pg_catalog.pg_last_xact_replay_timestamp())
    else pg_catalog.clock_timestamp() end),
  'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Where {@link GO_BACK} goes back to; going there keeps it, so a transaction needs but one. Set when it is begun. */
export const MARK = 'savepoint handover';

/**
 * Undoes an error, which does not end the transaction then (and with it the snapshot), and gives up the locks on the
 * tables that were read, so that a migration of the product does not wait for the end of an export.
 */
export const GO_BACK = 'rollback to savepoint handover';

/** Takes the session's turn; what it resolves to ends it, and goes back where that was not done already. */
export async function enter(session: Session): Promise<(end?: { isBack: boolean }) => Promise<void>> {
  const release = await session.turn.take();
  return async ({ isBack } = { isBack: false }) => {
    // If the session is lost this fails, and so will whatever is asked of it next.
    if (!isBack) await goBack(session).catch(() => {});
    release();
  };
}

export async function goBack(session: Session): Promise<void> {
  // A cancel that was sent to the statement before may arrive with this one.
  await session.query(GO_BACK).catch(() => session.query(GO_BACK));
}
