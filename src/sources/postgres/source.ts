import { randomUUID } from 'node:crypto';
import { escapeLiteral } from 'pg';
import { HandoverError } from '../../errors.ts';
import type { Source } from '../source.ts';
import { type Connection, connect } from './connection.ts';
import { refusalOf, sqlStateOf } from './failures.ts';
import { createPool } from './pool.ts';
import { createReader } from './reader.ts';
import { SESSION_SETTINGS, TAKE_BYTES_AS_THEY_ARE, TAKEN_AT } from './session.ts';
import { type SharedConnection, share } from './shared-connection.ts';
import { createSlots } from './slots.ts';

export interface PostgresSourceOptions {
  /** `postgres://…` */
  url: string;
  /**
   * Most connections at a time, those of snapshots included; who finds none free waits. Snapshots may hold all but
   * one, so that there is always one to read with. With 1 in all, the readers of a snapshot take turns on its own.
   */
  maxConnections: number;
  /** Longest time one statement may take, the time that its reader makes it wait included. */
  statementTimeoutMs: number;
  /** Longest time a snapshot, or a reader of one, may last; from Postgres 17 the server sees to it. */
  maxSnapshotMs: number;
  /** Longest wait for a table that somebody alters. Default 10 s. */
  lockTimeoutMs?: number;
  /** How long a reader may do nothing before the server ends it. Default 10 minutes. */
  readerIdleTimeoutMs?: number;
  /** What the server adds to `maxSnapshotMs`: it ends only what its holder has not, since that hangs. Default 30 s. */
  serverGraceMs?: number;
  /** How long a connection that nobody uses is kept for the next. Default 10 s. */
  restMs?: number;
  /** A connection that is older is not kept. Default 5 minutes. */
  maxConnectionAgeMs?: number;
  /** As it stands in `pg_stat_activity`. Default `handover`. */
  applicationName?: string;
  /** What is used instead of each connection that is opened. Default: itself. */
  wrap?: ((connection: Connection) => Connection) | undefined;
}

/** Connects to nothing before a snapshot is asked for. Throws `config_invalid` when the address cannot be one. */
export function openPostgresSource(options: PostgresSourceOptions): Source {
  const { url, maxConnections, applicationName = 'handover', wrap = (connection) => connection } = options;
  requireAddress(url);
  const pool = createPool({
    connect: async () => wrap(await connect({ url, applicationName })),
    maxConnections,
    restMs: options.restMs ?? REST_MS,
    maxAgeMs: options.maxConnectionAgeMs ?? MAX_CONNECTION_AGE_MS,
  });
  const freeForSnapshots = createSlots(Math.max(1, maxConnections - 1));
  const open = new Set<SharedConnection>();
  /** Snapshots of this source whose readers share its connection, by id. */
  const shared = new Map<string, SharedConnection>();

  async function begin<T>(
    start: (connection: Connection) => Promise<T>,
  ): Promise<{ begun: SharedConnection; answer: T }> {
    const { lease, answer } = await pool.begin(start);
    const begun = share(lease);
    open.add(begun);
    begun.atEnd(() => open.delete(begun));
    return { begun, answer };
  }

  return {
    async openSnapshot() {
      const release = await freeForSnapshots.take();
      try {
        const { begun, answer } = await begin((connection) => takeSnapshot(connection, options));
        begun.atEnd(release);
        const { id, takenAt, isExported } = answer;
        // With one connection for all, two processes could each hold one and wait for the other's.
        const isShareable = isExported && maxConnections > 1;
        if (!isShareable) {
          shared.set(id, begun);
          begun.atEnd(() => shared.delete(id));
        }
        return { id, takenAt, isShareable, ...createReader(begun.session, { close: begun.use() }) };
      } catch (error) {
        release();
        throw refusalOf(error) ?? error;
      }
    },

    async joinSnapshot(id) {
      const holder = shared.get(id);
      if (holder) return createReader(holder.session, { close: holder.use() });
      if (!EXPORTED_ID.test(id)) throw new HandoverError('snapshot_lost');
      try {
        const { begun } = await begin((connection) => joinExported(connection, id, options));
        return createReader(begun.session, { close: begun.use() });
      } catch (error) {
        throw refusalOf(error) ?? error;
      }
    },

    async close() {
      await Promise.all([pool.close(), ...[...open].map((begun) => begun.end())]);
    },
  };
}

const BEGIN = 'begin transaction isolation level repeatable read, read only';
/** A read only ever waits for who alters the table; better to come back later than to stand in that line. */
const LOCK_TIMEOUT_MS = 10_000;
/** A reader that is idle for so long was forgotten. The holder of a snapshot is idle by its nature. */
const READER_IDLE_TIMEOUT_MS = 600_000;
const REST_MS = 10_000;
const MAX_CONNECTION_AGE_MS = 300_000;
const NEVER = 0;
const SERVER_GRACE_MS = 30_000;
/** As `pg_export_snapshot` makes them: `00000003-0000001B-1`. */
const EXPORTED_ID = /^[0-9A-F]+(-[0-9A-F]+)+$/;

function requireAddress(url: string): void {
  if (/^postgres(ql)?:\/\//.test(url)) return;
  const right = 'postgres://user:password@host:5432/database';
  throw new HandoverError('config_invalid', `The address of a Postgres source looks like ${right}.`);
}

function settings(
  { statementTimeoutMs, lockTimeoutMs = LOCK_TIMEOUT_MS }: PostgresSourceOptions,
  idleTimeoutMs: number,
): string {
  return `${SESSION_SETTINGS}
    set local statement_timeout = ${statementTimeoutMs};
    set local lock_timeout = ${lockTimeoutMs};
    set local idle_in_transaction_session_timeout = ${idleTimeoutMs}`;
}

/**
 * To be selected once there is a snapshot: it must be the first that a transaction asks for. Servers before 17 do not
 * know the setting; there only the holder's own clock counts.
 */
function limitTransaction({ maxSnapshotMs, serverGraceMs = SERVER_GRACE_MS }: PostgresSourceOptions): string {
  return `case when pg_catalog.current_setting('server_version_num')::int >= 170000
    then pg_catalog.set_config('transaction_timeout', '${maxSnapshotMs + serverGraceMs}', true) end`;
}

/** Some databases that speak like Postgres cannot export a snapshot: then it is of use on its own connection only. */
async function takeSnapshot(
  connection: Connection,
  options: PostgresSourceOptions,
): Promise<{ id: string; takenAt: string; isExported: boolean }> {
  const start = `${BEGIN}; ${settings(options, NEVER)}`;
  const answer = `${TAKEN_AT}, ${TAKE_BYTES_AS_THEY_ARE}, ${limitTransaction(options)}`;
  try {
    const [id, takenAt] = await connection.begin(start, `pg_catalog.pg_export_snapshot(), ${answer}`);
    return { id: id ?? '', takenAt: takenAt ?? '', isExported: true };
  } catch (error) {
    if (!CANNOT_EXPORT.has(sqlStateOf(error) ?? '')) throw error;
    const [takenAt] = await connection.begin(`rollback; ${start}`, answer);
    return { id: `unexported-${randomUUID()}`, takenAt: takenAt ?? '', isExported: false };
  }
}

/** undefined_function, feature_not_supported, insufficient_privilege */
const CANNOT_EXPORT = new Set(['42883', '0A000', '42501']);

async function joinExported(
  connection: Connection,
  id: string,
  options: PostgresSourceOptions,
): Promise<void> {
  const start = `${BEGIN}; ${settings(options, options.readerIdleTimeoutMs ?? READER_IDLE_TIMEOUT_MS)}`;
  const answer = `${TAKE_BYTES_AS_THEY_ARE}, ${limitTransaction(options)}`;
  try {
    await connection.begin(`${start}; set transaction snapshot ${escapeLiteral(id)}`, answer);
  } catch (cause) {
    if (!NO_SUCH_SNAPSHOT.has(sqlStateOf(cause) ?? '')) throw cause;
    throw new HandoverError('snapshot_lost', undefined, { cause });
  }
}

/** invalid_parameter_value, undefined_object, object_not_in_prerequisite_state, feature_not_supported (another database) */
const NO_SUCH_SNAPSHOT = new Set(['22023', '42704', '55000', '0A000']);
