import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Builder } from '../../src/builder/builder.ts';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { openDownload } from '../../src/steps/download-export.ts';
import { processExport } from '../../src/steps/process-export.ts';
import { removeArchive } from '../../src/steps/remove-archive.ts';
import { retryExport } from '../../src/steps/retry-export.ts';
import type { Store } from '../../src/vault/store.ts';
import { startWorker } from '../../src/worker.ts';
import { closeGate } from '../support/gate.ts';
import {
  type Installation,
  type InstallationOptions,
  startAgain,
  startInstallation,
  waitFor,
} from '../support/installation.ts';
import { collect } from '../vault/bytes.ts';
import { hasCode } from '../vault/store-contract.ts';

const manyParts = { confirmByEmail: false, rowsPerPart: 40 };

describe('an attempt at an export', () => {
  it('whose part kills every builder is followed by another one', async (t) => {
    const { parts, gate, request, until } = await startGated(t, { policy: manyParts });
    const { id } = await request();
    await waitFor('its parts to be read', async () => ((await gate.connections('active')) > 1 ? true : null));
    // Where the queue puts a part whose tries are used up by workers that died.
    await parts.queue.send(null, 'give-up-part', { exportId: id, attempt: 1, number: 2 });
    await waitFor('a new attempt', async () =>
      (await findExport(parts.db, id))?.attempt === 2 ? true : null,
    );
    await gate.open();
    assert.equal((await until(id, 'completed')).rowsDone, 201);
  });

  it('that a stop broke off costs no try: after the next start the export completes', async (t) => {
    const before = await startGated(t, { policy: { confirmByEmail: false, retries: 0 } });
    const { id } = await before.request();
    await waitFor('the rows to be read', async () =>
      (await before.gate.connections('active')) > 0 ? true : null,
    );
    await before.handover.stop(100);
    await before.gate.open();
    const { until } = await startAgain(t, before);
    assert.equal((await until(id, 'completed')).attempt, 2);
  });

  it('that was stopped before it took its snapshot holds none', async (t) => {
    const { parts, request } = await startIdle(t);
    const { id } = await request();
    let held = 0;
    let taken = 0;
    const builder: Builder = {
      ...parts.builder,
      async openSnapshot(wanted) {
        const snapshot = await parts.builder.openSnapshot(wanted);
        held++;
        taken++;
        const close = async () => {
          await snapshot.close();
          held--;
        };
        return { ...snapshot, close };
      },
    };
    const stopped = { signal: AbortSignal.abort(new Error('Stopped.')), isLastTry: true };
    await assert.rejects(processExport({ ...parts, builder }, id, stopped), /Stopped/);
    await waitFor('the snapshot to be let go of', async () => (taken === 1 && held === 0 ? true : null));
  });

  it('has a key of its own: what an earlier one stored does not open in its place', async (t) => {
    const { parts, dataDir, request } = await startIdle(t);
    const { id } = await request();
    await processExport(parts, id, lastTry);
    const [earlier = ''] = await storedFiles(dataDir);
    const sealed = await readFile(earlier);

    const before = await openDownload(parts, { id });
    // As a database does that was restored from a backup.
    await parts.db.query(`update handover.data_exports set status = 'processing' where id = $1`, [id]);
    await processExport(parts, id, lastTry);
    const { read } = await openDownload(parts, { id });
    await collect(read());
    await assert.rejects(collect(before.read()), hasCode('archive_damaged'));
    const [later = ''] = await storedFiles(dataDir);
    assert.notEqual(later, earlier);
    await writeFile(later, sealed);
    await assert.rejects(collect(read()), hasCode('archive_damaged'));
  });

  it("keeps its parts while the bytes of the one before are removed, when the operator's retry came first", async (t) => {
    const { parts, product, request } = await startIdle(t);
    const { id } = await request();
    await product.query('alter table notes rename to notes_away');
    await processExport(parts, id, lastTry);
    assert.equal((await findExport(parts.db, id))?.status, 'failed');
    await product.query('alter table notes_away rename to notes');

    let isRetried = false;
    const { store } = parts.vault;
    const slowStore: Store = {
      ...store,
      async remove(name) {
        if (!isRetried) {
          isRetried = true;
          await retryExport(parts, id, 'operator');
          await processExport(parts, id, lastTry);
        }
        await store.remove(name);
      },
    };
    await removeArchive({ ...parts, vault: { ...parts.vault, store: slowStore } }, id);
    const bytes = await collect((await openDownload(parts, { id })).read());
    assert.equal(JSON.parse(bytes.toString()).data.notes.length, 200);
    const [row] = await parts.db.query('select archive_removed_at as at from handover.data_exports');
    assert.deepEqual(row, { at: null }, 'the new bytes are still to be removed one day');
  });
});

describe('two exports of many parts from a source that allows one connection', () => {
  it('both complete when two processes hold one each and share the work', async (t) => {
    const first = await startIdle(t, {
      maxConnections: 1,
      policy: { confirmByEmail: false, rowsPerPart: 10 },
    });
    const second = await startAgain(t, first, { roles: { http: false, worker: false } });
    const [one, other] = await Promise.all([first.request('acme'), first.request('other')]);
    // Not by the queue, which may well give both to one process.
    await first.parts.db.query('delete from handover_queue.job');
    const workers = await Promise.all([startWorker(first.parts), startWorker(second.parts)]);
    try {
      await Promise.all([
        processExport(first.parts, one.id, lastTry),
        processExport(second.parts, other.id, lastTry),
      ]);
      for (const { id } of [one, other]) await first.until(id, 'completed');
    } finally {
      for (const worker of workers) await worker.stop(0);
    }
  });
});

/** With a gate before the rows of the notes. */
async function startGated(t: TestContext, options: InstallationOptions) {
  const installation = await startInstallation(t, {
    state: 'postgres',
    notes: 'notes_read_slowly',
    ...options,
  });
  return { ...installation, gate: await closeGate(t, installation.product) };
}

/** Where nothing runs unless the test runs it. */
function startIdle(t: TestContext, options: InstallationOptions = {}): Promise<Installation> {
  return startInstallation(t, {
    state: 'postgres',
    policy: { confirmByEmail: false },
    roles: { http: false, worker: false },
    ...options,
  });
}

const lastTry = { signal: new AbortController().signal, isLastTry: true };

async function storedFiles(dataDir: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'store'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
