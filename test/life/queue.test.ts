import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startWorker } from '../../src/worker.ts';
import { type Installation, startAgain, startInstallation } from '../support/installation.ts';

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

function settings({ parts }: Installation): Promise<Record<string, unknown>[]> {
  return parts.db.query(
    `select retry_limit, retry_delay, retry_backoff, expire_seconds, heartbeat_seconds, notify, dead_letter
     from handover_queue.queue where name = 'build-part'`,
  );
}
