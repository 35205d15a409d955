import type { Connection } from './connection.ts';
import { isConnectionLost } from './failures.ts';
import type { Session } from './session.ts';
import { createSlots, type Release } from './slots.ts';

export interface PoolOptions {
  connect(): Promise<Connection>;
  /** Most at a time, those that rest included; who finds none free waits. */
  maxConnections: number;
  /** How long one rests before it is closed. */
  restMs: number;
  /** One that is older does not rest again: what a backend has learnt of tables it never forgets. */
  maxAgeMs: number;
}

/**
 * Connections that outlive their transactions. A new one costs a login, and its backend has to learn the catalogs
 * anew: half of what a small export costs its database.
 */
export interface Pool {
  /**
   * Begins a transaction, by `begin`. One that rested may have died in its sleep: the next is then begun on a new one.
   * Throws what `begin` throws.
   */
  begin<T>(begin: (connection: Connection) => Promise<T>): Promise<{ lease: Lease; answer: T }>;
  /** Closes all, whatever runs on them. */
  close(): Promise<void>;
}

/** A connection for one transaction. */
export interface Lease {
  /** Of that transaction: whatever is asked of it later is refused, and never reaches the next one. */
  session: Session;
  /** Ends the transaction. The connection rests if it is as good as new, and is closed otherwise. Never throws. */
  giveBack(): Promise<void>;
  /** Closes the connection, whatever runs on it. Never throws. */
  close(): Promise<void>;
}

export function createPool(options: PoolOptions): Pool {
  const { maxConnections, restMs, maxAgeMs } = options;
  const free = createSlots(maxConnections);
  const open = new Map<Connection, { openedAt: number }>();
  /** The one that was used last is used next, so that those too many get to their end. */
  const resting: { connection: Connection; timer: NodeJS.Timeout }[] = [];
  let isClosed = false;

  async function connect(): Promise<Connection> {
    const connection = await options.connect();
    open.set(connection, { openedAt: performance.now() });
    if (!isClosed) return connection;
    await close(connection);
    throw overError();
  }

  async function close(connection: Connection): Promise<void> {
    await connection.close();
    open.delete(connection);
  }

  async function wake(): Promise<Connection | null> {
    for (let last = resting.pop(); last; last = resting.pop()) {
      clearTimeout(last.timer);
      if (!last.connection.isLost()) return last.connection;
      await close(last.connection);
    }
    return null;
  }

  async function giveBack(connection: Connection): Promise<void> {
    const isFit = await connection.rest();
    const { openedAt } = open.get(connection) ?? { openedAt: 0 };
    if (!isFit || isClosed || performance.now() - openedAt > maxAgeMs) return close(connection);
    resting.push({ connection, timer: setTimeout(() => retire(connection), restMs).unref() });
  }

  /** It keeps a place until it is gone. There is one: nobody who has a place waits for it while connections rest. */
  async function retire(connection: Connection): Promise<void> {
    const index = resting.findIndex((one) => one.connection === connection);
    if (index < 0) return;
    resting.splice(index, 1);
    const release = await free.take();
    await close(connection);
    release();
  }

  async function beginOn<T>(
    connection: Connection,
    begin: (connection: Connection) => Promise<T>,
    release: Release,
  ): Promise<{ lease: Lease; answer: T }> {
    try {
      const answer = await begin(connection);
      return { lease: lend(connection, release), answer };
    } catch (error) {
      await close(connection);
      throw error;
    }
  }

  function lend(connection: Connection, release: Release): Lease {
    const { session, end } = sessionOn(connection);
    return {
      session,
      async giveBack() {
        if (session.turn.areFree()) {
          end();
          await giveBack(connection);
        } else {
          await close(connection);
        }
        release();
      },
      async close() {
        await close(connection);
        release();
      },
    };
  }

  return {
    async begin(begin) {
      const release = await free.take();
      try {
        const rested = await wake();
        if (rested) {
          try {
            return await beginOn(rested, begin, release);
          } catch (error) {
            if (!isConnectionLost(error)) throw error;
          }
        }
        return await beginOn(await connect(), begin, release);
      } catch (error) {
        release();
        throw error;
      }
    },
    async close() {
      isClosed = true;
      for (const { timer } of resting.splice(0)) clearTimeout(timer);
      await Promise.all([...open.keys()].map(close));
    },
  };
}

function sessionOn(connection: Connection): { session: Session; end(): void } {
  let isOver = false;
  const on = () => {
    if (isOver) throw overError();
    return connection;
  };
  return {
    session: {
      turn: createSlots(1),
      query: async (sql) => on().query(sql),
      queryEach: async (statements) => on().queryEach(statements),
      describe: async (sql) => on().describe(sql),
      copy: (sql, signal) => on().copy(sql, signal),
      copyEach: (statements, signal) => on().copyEach(statements, signal),
    },
    end() {
      isOver = true;
    },
  };
}

/** In the words of the driver, which say the same of a connection that was closed. */
function overError(): Error {
  return new Error('Client was closed.');
}
