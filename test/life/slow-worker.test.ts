import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataExport } from '../../src/lifecycle/data-export.ts';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { findLeaseLosses } from '../../src/lifecycle/lease-losses-table.ts';
import { LEASE_SECONDS } from '../../src/queue.ts';
import { openDownload } from '../../src/steps/download-export.ts';
import { type Installation, linkToken, startInstallation, waitFor } from '../support/installation.ts';

/** Longer than a lease, and than the looking for lapsed ones after it. */
const LONG_SECONDS = LEASE_SECONDS + 7;

// Each waits for leases to lapse, or not to; they share nothing.
describe('a worker that is slow', { concurrency: true }, () => {
  it('and lives keeps its job for longer than a lease: nothing is run twice', async (t) => {
    const installation = await prepare(t, LONG_SECONDS);
    startWorker(t, installation);
    startWorker(t, installation);
    const { id } = await installation.request();
    const done = await completed(installation, id);
    assert.equal(done.attempt, 1);
    const runs = await installation.parts.db.query<{ retries: number }>(
      `select retry_count as retries from handover_queue.job where name in ('process-export', 'build-part')`,
    );
    assert.deepEqual(
      runs.filter(({ retries }) => retries > 0),
      [],
    );
    await hasOneFile(installation, id);
    assert.deepEqual(await findLeaseLosses(installation.parts.db), []);
  });

  it('because it was stopped for longer than a lease is replaced, and does no harm when it goes on', async (t) => {
    const installation = await prepare(t, 6);
    const first = startWorker(t, installation);
    const { id } = await installation.request();
    await waitFor('rows to be read', async () =>
      ((await findExport(installation.parts.db, id))?.snapshotAt ?? null) ? true : null,
    );
    await sleep(1_000);
    first.kill('SIGSTOP');
    startWorker(t, installation);
    await waitFor('the second worker to begin anew', async () =>
      ((await findExport(installation.parts.db, id))?.attempt ?? 0) > 1 ? true : null,
    );
    // In the middle of what the second one reads.
    await sleep(1_000);
    first.kill('SIGCONT');
    const done = await completed(installation, id);
    assert.equal(done.attempt, 2);
    // Jobs are the run, and the part where it was not built inline.
    const losses = await findLeaseLosses(installation.parts.db);
    assert.equal(losses.find(({ queue }) => queue === 'process-export')?.count, 1);
    await hasOneFile(installation, id);
    // It has noticed, closed its snapshot and removed what it wrote; and it lives.
    await waitFor('the first one to let go of the source', async () => {
      const { rows } = await installation.product.query(
        `select count(*)::int as open from pg_stat_activity
         where application_name = 'handover' and datname = current_database() and state <> 'idle'`,
      );
      return rows[0].open === 0 ? true : null;
    });
    await waitFor('its part to be gone', async () =>
      (await objectsOf(installation)).length === 1 ? true : null,
    );
    assert.equal(first.exitCode, null);
    assert.equal(first.signalCode, null);
    assert.equal((await installation.request('other')).status, 'confirmed');
  });
});

/** However long that takes; the runner's own limit bounds it. */
async function completed({ parts }: Installation, id: string): Promise<DataExport> {
  for (;;) {
    const data = await findExport(parts.db, id);
    if (data?.status === 'completed') return data;
    await sleep(100);
  }
}

/** A product whose 200 notes take so long to read; stable, so that counting does not call it. */
async function prepare(t: TestContext, seconds: number): Promise<Installation> {
  const installation = await startInstallation(t, {
    state: 'postgres',
    roles: { http: false, worker: false },
    policy: { confirmByEmail: false },
    notes: 'slow_notes',
  });
  await installation.product.query(`
    create function slow(body text) returns text language plpgsql stable as
      $$ begin perform pg_sleep(${seconds / 200}); return body; end $$;
    create view slow_notes as select id, account_id, slow(body) as body, settings, secret from notes`);
  return installation;
}

function startWorker(t: TestContext, { env }: Installation): ChildProcess {
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, 'worker'], {
    env: {
      ...process.env,
      PORT: '0',
      DATABASE_URL: env.databaseUrl ?? '',
      HANDOVER_CONFIG: env.configPath,
      HANDOVER_DATA_DIR: env.dataDir,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  t.after(async () => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

/** Every row once, announced by one mail, in one object. */
async function hasOneFile(installation: Installation, id: string): Promise<void> {
  const { parts } = installation;
  const { token } = await installation.mail('download');
  // The workers wrote by the machine's clock.
  const download = await openDownload({ ...parts, now: () => new Date() }, { token });
  const chunks: Uint8Array[] = [];
  for await (const chunk of download.read({ start: 0, end: download.sizeBytes })) {
    chunks.push(Uint8Array.from(chunk));
  }
  const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: { notes: { id: number }[] } };
  const expected = Array.from({ length: 300 }, (_, n) => n + 1).filter((n) => n % 3 !== 0);
  assert.deepEqual(
    data.notes.map((note) => note.id),
    expected,
  );
  const mails = (await parts.mailbox?.list()) ?? [];
  assert.equal(mails.filter(({ text }) => linkToken(text, 'download')).length, 1);
  const done = await findExport(parts.db, id);
  assert.equal(done?.rowsDone, 201);
}

async function objectsOf({ dataDir }: Installation): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'store'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
