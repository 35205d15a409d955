import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type pg from 'pg';
import { fillChatDatabase } from '../../examples/chat/fill.ts';
import { waitFor } from '../support/installation.ts';
import { clientOf, download, handover, type Key, prepare, serve } from './door.ts';
import { startReceiver } from './receiver.ts';

/** More than run at once. */
const TASKS = 8;
const POSTS = 60;

describe('a process that is killed while tasks run', () => {
  for (const state of ['pglite', 'postgres'] as const) {
    it(`leaves them to the next one, which completes each once: state in ${state}`, async (t) => {
      const ground = await prepare(t, { state, fill: fillSlowRooms });
      const receiver = await startReceiver(t);
      const created = await handover(ground, 'keys', 'create', '--webhook', receiver.url, '--json');
      const client = await clientOf(ground, JSON.parse(created) as Key);
      const first = await serve(ground);
      const ids = await Promise.all(
        Array.from({ length: TASKS }, (_, n) =>
          client.start('/export_channels', { channels: [{ cid: `messaging:slow-${n}` }], version: 'v2' }),
        ),
      );
      await waitFor('some to be over, some to run and some to wait', async () => {
        const statuses = await Promise.all(ids.map(async (id) => (await client.task(id)).status));
        const isThere = ['completed', 'running', 'waiting'].every((status) => statuses.includes(status));
        return isThere ? true : null;
      });
      await first.kill();
      await serve(ground);

      for (const [n, id] of ids.entries()) {
        const { status, result } = await client.whenOver(id);
        assert.equal(status, 'completed');
        const lines = (await download(result.url)).trimEnd().split('\n');
        const texts = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'message');
        assert.deepEqual(
          texts.map(({ data }) => data.text),
          Array.from({ length: POSTS }, (_, post) => `${n}/${post}`),
        );
      }
      await waitFor('the webhook to be told of each', async () =>
        new Set(told()).size === TASKS ? true : null,
      );
      // Between the answer of the webhook and writing it down the process may die: then it is told twice, never less.
      assert(told().length <= TASKS + 1, `${told().length} events of ${TASKS} tasks`);
      assert.equal((await ground.storedFiles()).length, TASKS, 'no orphan part');

      function told(): string[] {
        return receiver.received.map(({ raw }) => JSON.parse(raw.toString()).task_id);
      }
    });
  }
});

/** Rooms whose posts take most of a second to read, or more: time to be killed in the middle. */
async function fillSlowRooms(product: pg.Client): Promise<void> {
  await fillChatDatabase(product);
  await product.query(`
    insert into rooms (id, kind, slug, title, is_frozen, is_paused, slow_mode_seconds, people_count, stream)
      select 1000000 + n, 'messaging', 'slow-' || n, 'Room ' || n, false, false, 0, 0, '{}'
      from generate_series(0, ${TASKS - 1}) n;
    insert into posts (id, room_id, author, body, files, mentions, also_in_room, posted_at, changed_at, is_silent,
        is_pinned, extra, answer_count)
      select 9100000000000000000 + 1000 * n + k, 1000000 + n, 'alice', n || '/' || k, '[]', '{}', false,
        timestamptz '2026-01-01' + k * interval '1 second', '2026-01-01', false, false, '{}', 0
      from generate_series(0, ${TASKS - 1}) n, generate_series(0, ${POSTS - 1}) k;
    create function slow(mood text) returns text language plpgsql volatile as
      $$ begin perform pg_sleep(0.01); return mood; end $$;
    alter table posts rename to all_posts;
    create view posts as select id, room_id, author, body, special_kind, files, mentions, answers_to, also_in_room,
      quotes, posted_at, changed_at, edited_at, removed_at, cleared_at, is_silent, is_pinned, pinned_at, pinned_by,
      slow(mood) as mood, extra, answer_count, spam_score from all_posts;
    analyze`);
}
