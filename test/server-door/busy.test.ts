import assert from 'node:assert/strict';
import { it } from 'node:test';
import { StreamChat } from 'stream-chat';
import { waitFor } from '../support/installation.ts';
import { clientOf, type Door, openDoor } from './door.ts';

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
    const seen = await Promise.all(tasks.map(({ client, id }) => client.task(id)));
    const isRunning = seen.every(({ status }) => status === 'running');
    return isRunning && (await standingStill(door)) > 1 ? true : null;
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

it("another key's export reads while as many of one key stand still as may run at once, if connections allow", async (t) => {
  const door = await openDoor(t, { maxConnections: 9 });
  const [many, one] = [await door.createKey('many'), await door.createKey('one')];
  const [flood, single] = [await clientOf(door, many), await clientOf(door, one)];
  await door.product.query('begin; lock table posts in access exclusive mode');
  const tasks = await Promise.all(Array.from({ length: 8 }, () => flood.start('/export_channels', channel)));
  await waitFor('all that may run of one key', async () => (await standingStill(door)) === 3 || null);
  const last = await single.start('/export_channels', channel);
  await waitFor('the other to read too', async () => (await standingStill(door)) === 4 || null);
  await door.product.query('rollback');
  assert.equal((await single.whenOver(last)).status, 'completed');
  for (const id of tasks) assert.equal((await flood.whenOver(id)).status, 'completed');
});

/** Exports that wait for the table under a snapshot of theirs. */
async function standingStill({ product }: Door): Promise<number> {
  // Within a transaction Postgres would show the same picture again and again.
  await product.query('select pg_stat_clear_snapshot()');
  const { rows } = await product.query<{ held: number }>(
    `select count(*)::int as held from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.held ?? 0;
}
