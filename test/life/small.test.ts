import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { HeldSnapshot } from '../../src/builder/builder.ts';
import type { BuiltPart } from '../../src/builder/calls.ts';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { cancelExport } from '../../src/steps/cancel-export.ts';
import type { Parts } from '../../src/steps/parts.ts';
import { processExport } from '../../src/steps/process-export.ts';
import { viewExport } from '../../src/steps/view-export.ts';
import { closeGate } from '../support/gate.ts';
import { startInstallation, waitFor } from '../support/installation.ts';

describe('a small export', () => {
  it('is written down when it is done, not before', async (t) => {
    const { parts, id, held, processing } = await startHeld(t);
    assert.deepEqual([await countDone(parts, id), await countObjects(parts, id)], [0, 1]);
    held.release();
    await processing;
    const done = await viewExport(parts, id);
    assert.deepEqual([done?.status, done?.manifest], ['completed', 'ready']);
    assert.deepEqual([await countDone(parts, id), await countObjects(parts, id)], [1, 1]);
  });

  it('that is cancelled before it is written down leaves no file', async (t) => {
    const { parts, id, held, processing } = await startHeld(t);
    await cancelExport(parts, id, 'user:u_1');
    held.release();
    await processing;
    assert.equal((await viewExport(parts, id))?.status, 'cancelled');
    assert.deepEqual([await countDone(parts, id), await countObjects(parts, id)], [0, 0]);
  });

  it('whose builder fails after it stored the file, for a worker that was replaced, leaves no file of that worker', async (t) => {
    const { parts, id } = await startAsked(t);
    const builder = withBuildPart(parts, async (snapshot, order, watch) => {
      // Meanwhile it was thought dead. It looks once a second whether it is wanted, and this falls between two looks.
      await processExport(parts, id, run);
      await snapshot.buildPart(order, { ...watch, signal: new AbortController().signal });
      throw new Error('The builder thread ended.');
    });
    // Nothing is thrown where it happens to look in between.
    await processExport({ ...parts, builder }, id, run).catch(() => {});
    const done = await findExport(parts.db, id);
    assert.deepEqual([done?.status, done?.attempt, await countObjects(parts, id)], ['completed', 2, 1]);
  });

  it('is not charged with the fault of a worker that was replaced', async (t) => {
    const { parts, id } = await startAsked(t);
    const failing = (before: () => Promise<unknown>) => ({
      ...parts,
      builder: withBuildPart(parts, async () => {
        await before();
        throw new Error('The builder thread ended.');
      }),
    });
    const second = () =>
      processExport(
        failing(async () => {}),
        id,
        run,
      ).catch(() => {});
    await processExport(failing(second), id, run).catch(() => {});
    const [row] = await parts.db.query('select attempt, faults from handover.data_exports where id = $1', [
      id,
    ]);
    assert.deepEqual(row, { attempt: 2, faults: 1 });
  });

  it('says how far it is when its source is slow', async (t) => {
    const { product, request, parts, until } = await startInstallation(t, {
      state: 'postgres',
      notes: 'notes_read_slowly',
      policy: { confirmByEmail: false },
    });
    const gate = await closeGate(t, product);
    const { id } = await request();
    const shown = await waitFor('the plan to be shown', async () => {
      const data = await findExport(parts.db, id);
      return data?.rowsEstimated ? data : null;
    });
    assert.deepEqual([shown.status, await countDone(parts, id)], ['processing', 0]);
    await gate.open();
    const done = await until(id, 'completed');
    assert.deepEqual([done.rowsDone, await countDone(parts, id)], [shown.rowsEstimated, 1]);
  });
});

const run = { signal: new AbortController().signal, isLastTry: false };

/** An export that waits for a worker, of which there is none. */
async function startAsked(t: TestContext) {
  const { parts, request } = await startInstallation(t, {
    state: 'postgres',
    policy: { confirmByEmail: false },
    roles: { http: false, worker: false },
  });
  return { parts, id: (await request()).id };
}

/** An export whose file is stored, and which goes on when it is released. */
async function startHeld(t: TestContext) {
  const { parts, id } = await startAsked(t);
  const held = holdSnapshots(parts);
  const processing = processExport(held.parts, id, run);
  await held.reached;
  return { parts, id, held, processing };
}

/** A builder that builds parts in another way. */
function withBuildPart(
  { builder }: Parts,
  buildPart: (snapshot: HeldSnapshot, ...args: Parameters<HeldSnapshot['buildPart']>) => Promise<BuiltPart>,
): Parts['builder'] {
  return {
    ...builder,
    async openSnapshot(wanted) {
      const snapshot = await builder.openSnapshot(wanted);
      return { ...snapshot, buildPart: (...args) => buildPart(snapshot, ...args) };
    },
  };
}

/** Parts whose snapshots, once given up, keep whoever held them waiting. */
function holdSnapshots(parts: Parts) {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const builder: Parts['builder'] = {
    ...parts.builder,
    async openSnapshot(wanted) {
      const snapshot = await parts.builder.openSnapshot(wanted);
      return {
        ...snapshot,
        async close() {
          await snapshot.close();
          reached.resolve();
          await released.promise;
        },
      };
    },
  };
  return { parts: { ...parts, builder }, reached: reached.promise, release: () => released.resolve() };
}

async function countDone({ db }: Parts, id: string): Promise<number> {
  const rows = await db.query(
    'select 1 from handover.export_parts where export_id = $1 and done_at is not null',
    [id],
  );
  return rows.length;
}

async function countObjects({ vault }: Parts, id: string): Promise<number> {
  let count = 0;
  for await (const _name of vault.store.list(`exports/${id}`)) count++;
  return count;
}
