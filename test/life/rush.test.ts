import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRush, type Rush } from '../../src/rush.ts';
import { confirmExport } from '../../src/steps/confirm-export.ts';
import { startWorker } from '../../src/worker.ts';
import { startInstallation, waitFor } from '../support/installation.ts';

/** Far beyond what a test takes. */
const HOUR_MS = 3_600_000;
const unaborted = new AbortController().signal;

describe('a rush', () => {
  it('is not made by calls that come in one after another', async () => {
    const rush = createRush(HOUR_MS);
    for (let call = 0; call < 100; call++) {
      rush.arrive();
      rush.leave();
    }
    await rush.isOver(unaborted);
  });

  it('is over when the calls are answered', async () => {
    const rush = createRush(HOUR_MS);
    const wait = rushOf(rush);
    assert.equal(await wait.isHeld(), true);
    for (let call = 0; call < 100; call++) rush.leave();
    await wait.end;
    await rush.isOver(unaborted);
  });

  it('holds nothing for longer than its time, also when calls keep coming; the next one holds again', async () => {
    const rush = createRush(1);
    await rushOf(rush).end;
    await rush.isOver(unaborted);
    for (let call = 0; call < 100; call++) rush.leave();
    await rushOf(rush).end;
  });

  it('lets go of who is stopped', async () => {
    const rush = createRush(HOUR_MS);
    const stop = new AbortController();
    const wait = rushOf(rush, stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(wait.end, /stopped/);
    await assert.rejects(rush.isOver(stop.signal), /stopped/);
  });
});

it('an export waits until the rush at its process is over, and a mail does not', async (t) => {
  const { parts, request, until, mail } = await startInstallation(t, {
    state: 'postgres',
    roles: { http: false, worker: false },
  });
  const rush = createRush(HOUR_MS);
  for (let call = 0; call < 100; call++) rush.arrive();
  const worker = await startWorker(parts, rush);
  try {
    const { id } = await request();
    const { token } = await mail('confirm');
    await confirmExport(parts, token);
    await waitFor('the job to be taken', async () => {
      const jobs = await parts.db.query(
        `select id from handover_queue.job where name = 'process-export' and state = 'active'`,
      );
      return jobs.length > 0 ? true : null;
    });
    // Time enough to begin, for one that does not wait.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await until(id, 'confirmed');
    for (let call = 0; call < 100; call++) rush.leave();
    await until(id, 'completed');
  } finally {
    await worker.stop(0);
  }
});

/** A hundred calls come in, and somebody waits for their end. */
function rushOf(rush: Rush, signal = unaborted) {
  for (let call = 0; call < 100; call++) rush.arrive();
  const end = rush.isOver(signal);
  return {
    end,
    isHeld: () =>
      Promise.race([end.then(() => false), new Promise((resolve) => setImmediate(() => resolve(true)))]),
  };
}
