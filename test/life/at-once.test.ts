import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Database } from '../../src/database.ts';
import { HandoverError } from '../../src/errors.ts';
import { findEvents } from '../../src/lifecycle/export-events-table.ts';
import { failExport } from '../../src/steps/fail-export.ts';
import type { Parts } from '../../src/steps/parts.ts';
import { processExport } from '../../src/steps/process-export.ts';
import { requestExport } from '../../src/steps/request-export.ts';
import { resendConfirmation } from '../../src/steps/resend-confirmation.ts';
import { retryExport } from '../../src/steps/retry-export.ts';
import { viewExport } from '../../src/steps/view-export.ts';
import { type Installation, owner, startInstallation, waitFor } from '../support/installation.ts';
import { hasCode } from '../vault/store-contract.ts';

const acme = { kind: 'account', subjectId: 'acme', requester: owner, actor: 'user:u_1' };

describe("the operator's retry", () => {
  it('is refused when a request took the one place a moment before', async (t) => {
    const { parts, id } = await startWithFailed(t);
    const held = holdCommits(parts);
    const requesting = requestExport(held.parts, acme);
    await held.reached;
    const retrying = retryExport(parts, id, 'operator');
    await Promise.all([
      assert.rejects(retrying, hasCode('export_active')),
      waitFor('the retry to wait for the request', () => somebodyWaits(parts.db)).then(held.release),
    ]);
    assert.equal((await requesting).status, 'confirmed');
    assert.equal((await viewExport(parts, id))?.status, 'failed');
  });

  it('keeps the one place when a request comes a moment later', async (t) => {
    const { parts, id } = await startWithFailed(t);
    const held = holdCommits(parts);
    const retrying = retryExport(held.parts, id, 'operator');
    await held.reached;
    await Promise.all([
      assert.rejects(requestExport(parts, acme), hasCode('export_active')),
      waitFor('the request to wait for the retry', () => somebodyWaits(parts.db)).then(held.release),
    ]);
    assert.equal((await retrying).status, 'confirmed');
  });

  it('is not held back by a file whose window is over, also before the sweep gets to it', async (t) => {
    const { parts, clock, id } = await startWithFailed(t);
    const later = await requestExport(parts, acme);
    await processExport(parts, later.id, { signal: new AbortController().signal, isLastTry: true });
    await assert.rejects(retryExport(parts, id, 'operator'), hasCode('export_active'));
    clock.advance({ hours: 24 });
    assert.equal((await retryExport(parts, id, 'operator')).status, 'confirmed');
    assert.equal((await viewExport(parts, later.id))?.status, 'expired');
  });
});

it('of many presses at once on "send again" one sends a mail', async (t) => {
  const { parts, clock, request } = await startInstallation(t, {
    state: 'postgres',
    roles: { http: false, worker: false },
  });
  const { id } = await request();
  clock.advance({ minutes: 2 });
  const held = holdCommits(parts);
  const first = resendConfirmation(held.parts, id, 'user:u_1');
  await held.reached;
  const others = Promise.allSettled(
    Array.from({ length: 7 }, () => resendConfirmation(parts, id, 'user:u_1')),
  );
  await Promise.race([others, waitFor('the others to wait', () => somebodyWaits(parts.db))]);
  held.release();
  await first;
  const outcomes = await others;
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 7);
  for (const { reason } of refused) assert.equal(reason.code, 'resend_too_soon');
  const events = await findEvents(parts.db, id);
  assert.equal(events.filter(({ event }) => event === 'confirmation resent').length, 1);
});

/** Nothing runs but what the test runs; `id` is an export that failed. */
async function startWithFailed(t: TestContext): Promise<Installation & { id: string }> {
  const installation = await startInstallation(t, {
    state: 'postgres',
    policy: { confirmByEmail: false },
    roles: { http: false, worker: false },
  });
  const { id } = await installation.request();
  await failExport(installation.parts, { exportId: id, attempt: null }, new HandoverError('source_refused'));
  return { ...installation, id };
}

/** Parts whose transactions do everything and then wait before they commit. */
function holdCommits(parts: Parts) {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const db: Database = {
    ...parts.db,
    transaction: (run) =>
      parts.db.transaction(async (tx) => {
        const result = await run(tx);
        reached.resolve();
        await released.promise;
        return result;
      }),
  };
  return { parts: { ...parts, db }, reached: reached.promise, release: () => released.resolve() };
}

async function somebodyWaits(db: Database): Promise<true | null> {
  const rows = await db.query(
    `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length > 0 ? true : null;
}
