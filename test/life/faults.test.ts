import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import pg from 'pg';
import { HandoverError } from '../../src/errors.ts';
import type { DataExport } from '../../src/lifecycle/data-export.ts';
import { openDownload } from '../../src/steps/download-export.ts';
import { retryExport } from '../../src/steps/retry-export.ts';
import { sweep } from '../../src/steps/sweep.ts';
import { waitFor } from '../support/installation.ts';
import { startPostgres } from '../support/postgres.ts';
import { startBreakable, storedFiles } from './faults-installation.ts';

/** Planned, and for more than a second to come. */
const isReading = ({ status, snapshotAt }: DataExport) => status === 'processing' && snapshotAt !== null;
const is = (status: string) => (data: DataExport) => data.status === status;

describe('when what an export stands on breaks', { concurrency: 4 }, () => {
  it('a full disk ends it after its tries, nothing half-done stays, and a retry succeeds when there is room', async (t) => {
    const disk = mountSmallDisk(t);
    if (!disk) return t.skip('needs the right to mount a tmpfs');
    const { parts, store, request, until, assertWhole } = await startBreakable(t, {
      policy: { retries: 1 },
      prepareStore: async (folder) => disk.mount(folder),
    });
    const { id } = await request();
    const failed = await until(id, 'failed', is('failed'));
    assert.equal(failed.failure?.code, 'store_unavailable');
    assert.equal(failed.attempt, 2);
    assert.deepEqual(await storedFiles(store), []);
    disk.grow();
    await retryExport(parts, id, 'operator');
    await until(id, 'completed', (data) => data.status === 'completed');
    await assertWhole(id);
  });

  it('a store that is away is waited for', async (t) => {
    const { store, logged, request, until, assertWhole } = await startBreakable(t, {});
    // As a path is where a disk was that is no longer mounted, but firmer: not even root can write into a file.
    await rename(store, `${store}-away`);
    await writeFile(store, '');
    const { id } = await request();
    await waitFor('a try', async () => (logged().includes('will be tried again') ? true : null));
    await rename(store, `${store}-file`);
    await rename(`${store}-away`, store);
    const completed = await until(id, 'completed', is('completed'));
    assert.ok(completed.attempt > 1);
    await assertWhole(id);
  });

  it('an archive whose store vanished is refused as damaged, not handed over in part', async (t) => {
    const { parts, store, request, until } = await startBreakable(t, {});
    const { id } = await request();
    await until(id, 'completed', is('completed'));
    await rename(store, `${store}-away`);
    await assert.rejects(
      async () => {
        for await (const _ of (await openDownload(parts, { id })).read());
      },
      (error: HandoverError) => error instanceof HandoverError && error.code === 'archive_damaged',
    );
  });

  it('a source that restarts is read anew, all of it', async (t) => {
    const source = await startPostgres();
    const { request, until, assertWhole } = await startBreakable(t, { source });
    const { id } = await request();
    await until(id, 'reading', isReading);
    await source.restart();
    const completed = await until(id, 'completed', is('completed'));
    assert.ok(completed.attempt > 1);
    await assertWhole(id);
  });

  it('a source without a free connection is asked again', async (t) => {
    const source = await startPostgres({ settings: { max_connections: 8 } });
    const { sourceUrl, logged, request, until, assertWhole } = await startBreakable(t, { source });
    const takers = await takeAllConnections(sourceUrl);
    const { id } = await request();
    await waitFor('a try', async () => (logged().includes('will be tried again') ? true : null));
    for (const taker of takers) await taker.end();
    const completed = await until(id, 'completed', is('completed'));
    assert.ok(completed.attempt > 1);
    await assertWhole(id);
  });

  it('a source that stays full fails the export with a code that says so', async (t) => {
    const source = await startPostgres({ settings: { max_connections: 8 } });
    const { sourceUrl, store, request, until } = await startBreakable(t, { source, policy: { retries: 0 } });
    const takers = await takeAllConnections(sourceUrl);
    const { id } = await request();
    const failed = await until(id, 'failed', is('failed'));
    assert.equal(failed.failure?.code, 'source_unavailable');
    assert.deepEqual(await storedFiles(store), []);
    for (const taker of takers) await taker.end();
  });

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    it(`a state database that restarts (${signal}) loses nothing, and nothing is done twice`, async (t) => {
      const state = await startPostgres();
      const { request, until, assertWhole } = await startBreakable(t, { state });
      const { id } = await request();
      await until(id, 'reading', isReading);
      await state.kill(signal);
      await state.restart();
      await until(id, 'completed', is('completed'));
      await assertWhole(id);
    });
  }

  it('a clock that jumps neither stops an export nor starts it twice; only its deadline follows the clock', async (t) => {
    const { parts, clock, request, until, see, assertWhole } = await startBreakable(t, {});
    const { id } = await request();
    await until(id, 'reading', isReading);
    const shift = (hours: number) => {
      clock.now = () => new Date(Date.now() + hours * 3_600_000);
    };
    shift(30);
    await sweep(parts);
    shift(-30);
    await sweep(parts);
    const { attempt, expiresAt } = await until(id, 'completed', is('completed'));
    assert.equal(attempt, 1);
    await assertWhole(id);
    const deadline = expiresAt?.getTime() ?? 0;
    clock.now = () => new Date(deadline - 1);
    await sweep(parts);
    assert.equal((await see(id))?.status, 'completed');
    clock.now = () => new Date(deadline);
    await sweep(parts);
    assert.equal((await see(id))?.status, 'expired');
  });
});

async function takeAllConnections(url: string): Promise<pg.Client[]> {
  const takers: pg.Client[] = [];
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch {
      return takers;
    }
    takers.push(client);
  }
}

/** A disk of 128 KiB, which the export does not fit on, that can be made larger. Null without the right to mount. */
function mountSmallDisk(t: TestContext): { mount(folder: string): void; grow(): void } | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  let mounted = '';
  t.after(() => {
    if (mounted) execFileSync('umount', ['--lazy', mounted]);
  });
  return {
    mount(folder) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k,mode=700', 'none', folder]);
      mounted = folder;
    },
    grow() {
      execFileSync('mount', ['-o', 'remount,size=64m', mounted]);
    },
  };
}
