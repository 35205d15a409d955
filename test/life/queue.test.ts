import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PreparingClient } from '../../src/prepared-statements.ts';
import type { Handlers } from '../../src/queue.ts';
import { startWorker } from '../../src/worker.ts';
import { type Installation, startAgain, startInstallation } from '../support/installation.ts';
import { sharedPostgres } from '../support/postgres.ts';

it("a queue that an earlier version made with other settings gets today's at the next start", async (t) => {
  const roles = { http: false, worker: false };
  const first = await startInstallation(t, { state: 'postgres', roles });
  const today = await settings(first);
  await first.parts.db.query(
    `update handover_queue.queue set retry_limit = 1, retry_delay = 9, retry_backoff = false, expire_seconds = 60,
       heartbeat_seconds = 60, notify = false, dead_letter = 'give-up' where name = 'build-part'`,
  );
  assert.notDeepEqual(await settings(first), today);
  await startAgain(t, first, { roles });
  assert.deepEqual(await settings(first), today);
});

it('a job whose worker went silent is taken over soon, however often that came to pass before', async (t) => {
  const { parts, request, until } = await startInstallation(t, {
    state: 'postgres',
    policy: { confirmByEmail: false },
    roles: { http: false, worker: false },
  });
  const { id } = await request();
  await parts.db.query(
    `update handover_queue.job set state = 'retry', retry_count = 9, start_after = now() + interval '5 minutes',
       output = '{"message": "job heartbeat timeout"}'
     where name = 'process-export'`,
  );
  const worker = await startWorker(parts);
  t.after(() => worker.stop(1));
  await until(id, 'completed');
});

it('jobs that are due again, of which no notification tells, are taken together and not one a second', async (t) => {
  const { parts } = await startInstallation(t, { state: 'postgres', roles: { http: false, worker: false } });
  const gate = openedBy(TOGETHER);
  const key = { exportId: randomUUID(), attempt: 1, snapshotId: '1' };
  await parts.queue.sendMany(
    null,
    'build-part',
    Array.from({ length: TOGETHER }, (_, number) => ({ data: { ...key, number }, key: `part ${number}` })),
  );
  await parts.db.query(
    `update handover_queue.job set state = 'retry', retry_count = 1, start_after = now() + interval '3 seconds'
     where name = 'build-part'`,
  );
  await parts.queue.work({ ...noHandlers, 'build-part': () => gate.arrive() }, { 'build-part': TOGETHER });
  await gate.isOpen;
  const [taken] = await parts.db.query<{ seconds: number }>(
    `select extract(epoch from max(started_on) - min(started_on))::float8 as seconds
     from handover_queue.job where name = 'build-part'`,
  );
  assert.ok((taken?.seconds ?? TOGETHER) < TOGETHER / 2, `taken over ${taken?.seconds} s`);
});

it('a job whose taker could not say that it failed is taken again soon after the database is back', async (t) => {
  const { parts, env } = await startInstallation(t, {
    state: 'postgres',
    roles: { http: false, worker: false },
  });
  const database = new URL(env.databaseUrl ?? '').pathname.slice(1);
  const admin = new pg.Client({ connectionString: (await sharedPostgres()).url });
  await admin.connect();
  t.after(() => admin.end());
  const allow = (isAllowed: boolean) =>
    admin.query(`alter database ${database} with allow_connections ${isAllowed}`);
  const again = Promise.withResolvers<void>();
  let runs = 0;
  const prove = async () => {
    if (++runs > 1) return again.resolve();
    await allow(false);
    // Not the one that listens: its return would wake everybody.
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'
         and application_name = 'handover-queue' and query not ilike '%listen%'`,
    );
    setTimeout(() => allow(true).catch(again.reject), OUTAGE_MS);
  };
  await parts.queue.work({ ...noHandlers, 'prove-archive': prove }, {});
  await parts.queue.send(null, 'prove-archive', { exportId: randomUUID() });
  await inTime(again.promise);
});

it('a look that never returns does not keep the others from looking', async (t) => {
  const { parts } = await startInstallation(t, { state: 'postgres', roles: { http: false, worker: false } });
  const taken = Promise.withResolvers<void>();
  await parts.queue.work(
    { ...noHandlers, 'send-webhook': async () => taken.resolve() },
    { 'send-webhook': 4 },
  );
  const answer = await hangLook(t, 'send-webhook');
  const startAfter = new Date(Date.now() + 1000);
  await parts.queue.send(null, 'send-webhook', { deliveryId: randomUUID() }, { startAfter });
  await inTime(taken.promise).finally(answer);
});

/** Keeps the next look at a queue from its answer, until what is returned is called. */
function hangLook(t: TestContext, queue: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<() => void>();
  const query = PreparingClient.prototype.query as (...args: unknown[]) => unknown;
  const { mock } = t.mock.method(PreparingClient.prototype, 'query', hanging as never);
  function hanging(this: pg.Client, ...args: unknown[]) {
    const done = args.at(-1);
    const isLook = JSON.stringify(args[0]).includes(`j.name = '${queue}'`);
    if (!isLook || typeof done !== 'function') return query.apply(this, args);
    mock.restore();
    resolve(() => done(null, { rows: [] }));
  }
  return promise;
}

const OUTAGE_MS = 3000;

/** Long before takers look by themselves. */
async function inTime(happens: Promise<void>): Promise<void> {
  const isLate = sleep(40_000, 'late' as const, { ref: false });
  assert.notEqual(await Promise.race([happens, isLate]), 'late');
}

const TOGETHER = 8;

/** Opens when so many wait at it. */
function openedBy(many: number) {
  const { promise: isOpen, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    isOpen,
    async arrive() {
      waiting++;
      if (waiting === many) resolve();
      await isOpen;
    },
  };
}

const nothing = async () => {};
const noHandlers: Handlers = {
  'process-export': nothing,
  'build-part': nothing,
  'prove-archive': nothing,
  'send-mail': nothing,
  'remove-archive': nothing,
  'send-webhook': nothing,
  sweep: nothing,
  'give-up': nothing,
  'give-up-part': nothing,
};

function settings({ parts }: Installation): Promise<Record<string, unknown>[]> {
  return parts.db.query(
    `select retry_limit, retry_delay, retry_backoff, expire_seconds, heartbeat_seconds, notify, dead_letter
     from handover_queue.queue where name = 'build-part'`,
  );
}
