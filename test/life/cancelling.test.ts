import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { cancelExport } from '../../src/steps/cancel-export.ts';
import { sweep } from '../../src/steps/sweep.ts';
import { viewExport } from '../../src/steps/view-export.ts';
import { closeGate } from '../support/gate.ts';
import {
  type Installation,
  type InstallationOptions,
  startInstallation,
  waitFor,
} from '../support/installation.ts';
import { hasCode } from '../vault/store-contract.ts';

describe('an export that is cancelled', () => {
  it('while the source still counts, ends its job and stops the statement there', async (t) => {
    const { parts, gate, request } = await startGated(t, { notes: 'notes_counted_slowly' });
    const { id } = await request();
    await waitFor('the count to run', async () => ((await gate.connections('active')) > 0 ? true : null));
    await cancelExport(parts, id, 'user:u_1');
    await waitFor('the job to end', async () => ((await openJobs(parts, id)) === 0 ? true : null));
    await waitFor('the source to be left', async () => ((await gate.connections()) === 0 ? true : null));
    assert.equal((await viewExport(parts, id))?.status, 'cancelled');
  });

  it('while its parts are read, ends their jobs and lets go of every connection to the source', async (t) => {
    const { parts, gate, request } = await startGated(t, {
      notes: 'notes_read_slowly',
      policy: { confirmByEmail: false, rowsPerPart: 40 },
    });
    const { id } = await request();
    await waitFor('two parts to be read', async () => ((await gate.connections('active')) > 1 ? true : null));
    await cancelExport(parts, id, 'user:u_1');
    await waitFor('the jobs to end', async () => ((await openJobs(parts, id)) === 0 ? true : null));
    await waitFor('the source to be left', async () => ((await gate.connections()) === 0 ? true : null));
  });

  it('too late, when nobody had confirmed it in time, stays expired', async (t) => {
    const { parts, clock, request } = await startInstallation(t, {
      state: 'postgres',
      roles: { http: false, worker: false },
    });
    const { id } = await request();
    clock.advance({ hours: 24 });
    await assert.rejects(cancelExport(parts, id, 'user:u_1'), hasCode('export_not_cancellable'));
    assert.equal((await viewExport(parts, id))?.status, 'expired');
    await sweep(parts);
    const swept = await viewExport(parts, id);
    assert.equal(swept?.status, 'expired');
    assert.equal(swept?.endedAt?.toISOString(), '2026-03-02T10:00:00.000Z');
  });
});

/** With a gate before the notes that nobody opens. */
async function startGated(t: TestContext, options: InstallationOptions) {
  const installation = await startInstallation(t, {
    state: 'postgres',
    policy: { confirmByEmail: false },
    ...options,
  });
  return { ...installation, gate: await closeGate(t, installation.product) };
}

/** How many jobs that work for an export wait or run. */
async function openJobs({ db }: Installation['parts'], id: string): Promise<number> {
  const rows = await db.query(
    `select id from handover_queue.job
     where name in ('process-export', 'build-part') and data ->> 'exportId' = $1 and state < 'completed'`,
    [id],
  );
  return rows.length;
}
