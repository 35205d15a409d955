import assert from 'node:assert/strict';
import { it } from 'node:test';
import { StreamChat } from 'stream-chat';
import { waitFor } from '../support/installation.ts';
import { clientOf, openDoor } from './door.ts';

const channel = { channels: [{ cid: 'livestream:white-room' }] };

it('a call is answered while exports hold every connection that they may have to the source', async (t) => {
  const door = await openDoor(t);
  const keys = [await door.createKey('one'), await door.createKey('other')] as const;
  const clients = [await clientOf(door, keys[0]), await clientOf(door, keys[1])];
  // Whoever reads messages stands still, under the snapshot that it holds.
  await door.product.query('begin; lock table posts in access exclusive mode');
  const tasks = await Promise.all(
    clients.flatMap((client) =>
      [1, 2].map(async () => ({ client, id: await client.start('/export_channels', channel) })),
    ),
  );
  await waitFor('exports to stand still', async () => {
    // Within a transaction Postgres would show the same picture again and again.
    await door.product.query('select pg_stat_clear_snapshot()');
    const { rows } = await door.product.query<{ held: number }>(
      `select count(*)::int as held from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    const seen = await Promise.all(tasks.map(({ client, id }) => client.task(id)));
    const isRunning = seen.every(({ status }) => status === 'running');
    return isRunning && (rows[0]?.held ?? 0) > 1 ? true : null;
  });

  // The SDK as it comes: it gives up on a call after 3 s, and then this test fails.
  const sdk = new StreamChat(keys[0].key, keys[0].secret, { baseURL: door.url });
  const { task_id: late } = await sdk.exportChannel({ type: 'messaging', id: 'empty-hall' });
  await assert.rejects(sdk.exportUser('nobody'), /Can't find user with id nobody/);

  await door.product.query('rollback');
  for (const { client, id } of [...tasks, { client: clients[0], id: late }]) {
    assert.equal((await client?.whenOver(id))?.status, 'completed');
  }
});
