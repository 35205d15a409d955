import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { loadConfig } from '../../src/config/load.ts';
import type { ResolvedConfig } from '../../src/config/resolved.ts';
import { type Database, openPostgres, type Session } from '../../src/database.ts';
import { createLogger } from '../../src/log.ts';
import { migrate } from '../../src/migrate.ts';
import { type Queue, startQueue } from '../../src/queue.ts';
import { sharedPostgres } from '../support/postgres.ts';

/** What the transitions of an export need: the real tables, the real queue, no worker. */
export interface LifeParts {
  config: ResolvedConfig;
  db: Database;
  queue: Queue;
  now: () => Date;
  tracing: null;
  log: ReturnType<typeof createLogger>;
}

/** A state database of its own, gone after the test. */
export async function openLife(t: TestContext): Promise<{ url: string; parts: Omit<LifeParts, 'now'> }> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-life-'));
  const url = await (await sharedPostgres()).createDatabase();
  const configPath = join(folder, 'handover.config.json');
  await writeFile(configPath, JSON.stringify(config));
  const db = openPostgres({ url, maxConnections: 10 });
  await migrate(db);
  const queue = await startQueue(db, url, () => {});
  t.after(async () => {
    await queue.stop(1);
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    url,
    parts: {
      config: await loadConfig(configPath),
      db,
      queue,
      log: createLogger({ level: 'silent' }),
      tracing: null,
    },
  };
}

/** One connection whose transactions nest, so that everything that was done can be taken back. */
export interface Sandbox {
  parts: Omit<LifeParts, 'now'>;
  /** Runs, and then takes back what was done. */
  undone<T>(run: () => Promise<T>): Promise<T>;
}

/** Everything that the steps do in it, jobs included, is one transaction that is never committed. */
export async function openSandbox(t: TestContext): Promise<Sandbox> {
  const { url, parts } = await openLife(t);
  const client = new pg.Client({ connectionString: url, types: pgTypes });
  await client.connect();
  t.after(() => client.end());
  await client.query('begin');
  const session = sessionOf(client);
  const nested = async <T>(run: () => Promise<T>, isKept: (failed: boolean) => boolean): Promise<T> => {
    const name = `s${depth++}`;
    await client.query(`savepoint ${name}`);
    let failed = true;
    try {
      const result = await run();
      failed = false;
      return result;
    } finally {
      await client.query(
        `${isKept(failed) ? '' : `rollback to savepoint ${name};`} release savepoint ${name}`,
      );
      depth--;
    }
  };
  let depth = 0;
  const db: Database = {
    ...parts.db,
    ...session,
    transaction: (run) =>
      nested(
        () => run(session),
        (failed) => !failed,
      ),
  };
  // A job that is enqueued outside of a transaction is still one of the sandbox.
  const queue: Queue = {
    ...parts.queue,
    send: (at, name, data, options) => parts.queue.send(at ?? session, name, data, options),
    sendMany: (at, name, jobs) => parts.queue.sendMany(at ?? session, name, jobs),
  };
  return { parts: { ...parts, db, queue }, undone: (run) => nested(run, () => false) };
}

const INT8 = 20;
const pgTypes = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

function sessionOf(client: pg.Client): Session {
  return {
    async query<Row extends object>(sql: string, params: unknown[] = []) {
      return (await client.query<Row>(sql, params)).rows;
    },
    async script(sql) {
      await client.query(sql);
    },
  };
}

const config = {
  product: { name: 'Testware' },
  sources: { main: { type: 'postgres', url: 'postgres://127.0.0.1:1/nothing' } },
  exports: {
    account: {
      subject: { table: 'accounts', column: 'id' },
      categories: { notes: { from: 'notes', belongsTo: 'account_id', include: ['id'] } },
    },
  },
};
