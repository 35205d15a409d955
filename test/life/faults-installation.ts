import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import pg from 'pg';
import type { Policy } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { readEnvironment } from '../../src/env.ts';
import type { DataExport } from '../../src/lifecycle/data-export.ts';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { createLogger } from '../../src/log.ts';
import { startHandover } from '../../src/start.ts';
import { openDownload } from '../../src/steps/download-export.ts';
import { requestExport } from '../../src/steps/request-export.ts';
import { owner, waitFor } from '../support/installation.ts';
import { sharedPostgres, type TestPostgres } from '../support/postgres.ts';

export const ROWS = 400;

/** A Handover whose surroundings a test may break: the servers are handed in, an export takes seconds. The servers
 * are stopped with it. */
export async function startBreakable(
  t: TestContext,
  options: {
    state?: TestPostgres;
    source?: TestPostgres;
    policy?: Partial<Policy>;
    prepareStore?(folder: string): Promise<void>;
  },
) {
  const folder = await mkdtemp(join(tmpdir(), 'handover-fault-'));
  const sourceUrl = await (options.source ?? (await sharedPostgres())).createDatabase();
  const stateUrl = await (options.state ?? (await sharedPostgres())).createDatabase();
  await fill(sourceUrl);
  const configPath = join(folder, 'handover.config.json');
  await writeFile(configPath, JSON.stringify(configOf(sourceUrl, options.policy)));
  const dataDir = join(folder, 'data');
  const store = join(dataDir, 'store');
  await mkdir(store, { recursive: true, mode: 0o700 });
  await options.prepareStore?.(store);

  const clock = { now: () => new Date() };
  const logged: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  const env = { HANDOVER_CONFIG: configPath, HANDOVER_DATA_DIR: dataDir, DATABASE_URL: stateUrl, PORT: '0' };
  const handover = await startHandover(readEnvironment(env), {
    log: createLogger({ level: 'debug', destination }),
    roles: { http: false, worker: true },
    config: await loadConfig(configPath),
    now: () => clock.now(),
  });
  t.after(async () => {
    await handover.stop(0);
    await Promise.all([options.state?.stop(), options.source?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });
  const { parts } = handover;

  /** While the state database is away there is nothing to see. */
  const see = (id: string) => findExport(parts.db, id).catch(() => null);
  return {
    parts,
    clock,
    store,
    sourceUrl,
    logged: () => logged.join(''),
    see,
    request: () =>
      requestExport(parts, { kind: 'account', subjectId: 'acme', requester: owner, actor: 'user:u_1' }),
    until: (id: string, what: string, isThere: (data: DataExport) => boolean) =>
      waitFor(`the export to be ${what}`, async () => {
        const data = await see(id);
        if (data && !isThere(data) && ['failed', 'completed'].includes(data.status)) {
          assert.fail(`It is ${data.status} (${data.failure?.code}).\n${logged.slice(-20).join('')}`);
        }
        return data && isThere(data) ? data : null;
      }),
    /** The whole file has every row once, there was one ready mail, and nothing else lies in the store. */
    async assertWhole(id: string) {
      const chunks: Buffer[] = [];
      for await (const chunk of (await openDownload(parts, { id })).read()) chunks.push(Buffer.from(chunk));
      const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: { notes: { id: number }[] } };
      assert.deepEqual(
        data.notes.map((note) => note.id),
        Array.from({ length: ROWS }, (_, n) => n + 1),
      );
      await waitFor('the ready mail', async () => {
        const mails = (await parts.mailbox?.list()) ?? [];
        return mails.filter(({ text }) => text.includes('/download/')).length === 1 ? true : null;
      });
      const rows = await parts.db.query<{ name: string }>(
        'select object_name as name from handover.export_parts where export_id = $1',
        [id],
      );
      await waitFor('a store without orphans', async () => {
        const files = await storedFiles(store);
        return files.length === rows.length ? true : null;
      });
    },
  };
}

/** Also what is unfinished. */
export async function storedFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create table accounts (id text primary key);
    insert into accounts values ('acme');
    create table notes (id int primary key, account_id text, body text);
    -- Text that does not compress well, so that a small disk is full of it.
    insert into notes select n, 'acme',
        (select string_agg(md5(n::text || i::text), '') from generate_series(1, 40) i)
      from generate_series(1, ${ROWS}) n;
    create function slow(id int) returns int language plpgsql volatile as
      $$ begin perform pg_sleep(0.004); return id; end $$;
    create view slow_notes as select slow(id) as id, account_id, body from notes`);
  await client.end();
}

function configOf(url: string, policy: Partial<Policy> = {}) {
  return {
    product: { name: 'Testware' },
    sources: { main: { type: 'postgres', url } },
    exports: {
      account: {
        subject: { table: 'accounts', column: 'id' },
        policy: { confirmByEmail: false, ...policy },
        categories: {
          notes: { from: 'slow_notes', belongsTo: 'account_id', include: ['id', 'account_id', 'body'] },
        },
      },
    },
  };
}
