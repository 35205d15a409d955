import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExportChannelOptions, StreamChat } from 'stream-chat';
import { KEY, SECRET } from '../http/service.ts';
import { type ChatService, download, lines, startChatService } from './chat-service.ts';

// The published SDK as it is: all it is told is the base URL, a key and its secret.

let service: ChatService;
let client: StreamChat;
before(async () => {
  service = await startChatService({ worker: true });
  client = new StreamChat(KEY, SECRET, { baseURL: service.url });
});
after(() => service.stop());

/** The SDK's own type leaves most of it out. */
type Task = { status: string; result?: { url: string } };

async function whenCompleted(id: string) {
  for (;;) {
    const task = (await client.getExportChannelStatus(id)) as unknown as Task;
    assert.ok(['waiting', 'pending', 'running', 'completed'].includes(task.status), task.status);
    if (task.status === 'completed') return task;
    await sleep(50);
  }
}

async function fileOf(started: { task_id: string }): Promise<string> {
  const { result } = await whenCompleted(started.task_id);
  return download(String(result?.url));
}

test('exportChannel: one channel between two dates, with what was truncated', async () => {
  const started = await client.exportChannel(
    {
      type: 'livestream',
      id: 'white-room',
      messages_since: new Date('2020-11-10T09:30:00Z'),
      messages_until: new Date('2020-11-10T11:30:00Z'),
    },
    { include_truncated_messages: true },
  );
  assert.equal(started.task_id.length, 36);
  const [entry, ...others] = JSON.parse(await fileOf(started));
  assert.equal(others.length, 0);
  assert.equal(entry.channel.cid, 'livestream:white-room');
  const times = entry.messages.map((message: { created_at: string }) => message.created_at);
  const { rows } = await service.product.query(
    `select count(*)::int as count from posts join rooms on rooms.id = room_id
     where slug = 'white-room' and posted_at between '2020-11-10T09:30:00Z' and '2020-11-10T11:30:00Z'`,
  );
  assert.equal(times.length, rows[0].count);
  assert.deepEqual(times, [...times].sort());
  assert.ok(times[0] >= '2020-11-10T09:30:00' && times[0] < '2020-11-10T10:00:00');
});

test('exportChannels: several at once by cid and by type and id, dates as texts, in the order asked', async () => {
  const started = await client.exportChannels([
    { cid: 'messaging:front-desk', messages_until: '2020-10-01T07:21:30Z' as unknown as Date },
    { type: 'team', id: 'night-shift' },
    { cid: 'messaging:empty-hall' },
  ]);
  const file = JSON.parse(await fileOf(started));
  assert.deepEqual(
    file.map(({ channel }: { channel: { cid: string } }) => channel.cid),
    ['messaging:front-desk', 'team:night-shift', 'messaging:empty-hall'],
  );
  assert.equal(file[0].messages.length, 3);
  assert.deepEqual(file[2].messages, []);
});

test('exportChannels: version v2 writes one entity a line', async () => {
  const options = { version: 'v2', export_users: true };
  const file = lines(await fileOf(await client.exportChannels([{ cid: 'messaging:front-desk' }], options)));
  const types = new Set(file.map(({ type }) => type));
  for (const type of ['user', 'channel', 'member', 'message', 'reaction']) assert.ok(types.has(type), type);
  const users = file.filter(({ type }) => type === 'user').map(({ data }) => data.id);
  assert.ok(users.includes('alice') && users.includes('bob'));
});

test('exportChannels: csv writes one message a record', async () => {
  const options = { version: 'v2', format: 'csv', include_fields: ['id', 'text'] } as ExportChannelOptions;
  const started = await client.exportChannels([{ cid: 'messaging:front-desk' }], options);
  const { result } = await whenCompleted(started.task_id);
  const url = String(result?.url);
  assert.match(new URL(url).pathname, /\.csv$/);
  const [header, ...records] = (await download(url)).trimEnd().split('\r\n');
  assert.equal(header, 'id,text');
  assert.equal(records.length, 9);
});

test('exportChannels: a channel that was deleted softly is exported if it is asked for', async () => {
  const cellar = [{ cid: 'livestream:old-cellar' }];
  await assert.rejects(client.exportChannels(cellar), /Can't find channel with id livestream:old-cellar/);
  const file = JSON.parse(
    await fileOf(await client.exportChannels(cellar, { include_soft_deleted_channels: true })),
  );
  assert.ok(file[0].channel.deleted_at);
});

test('exportChannels: deleted messages stay without their text, if that is asked for', async () => {
  const removed = async (options: ExportChannelOptions) => {
    const [{ messages }] = JSON.parse(
      await fileOf(await client.exportChannel({ cid: 'messaging:front-desk' }, options)),
    );
    return messages.find(({ type }: { type: string }) => type === 'deleted');
  };
  assert.equal((await removed({ clear_deleted_message_text: false })).text, 'gladly');
  assert.equal((await removed({ clear_deleted_message_text: true })).text, '');
});

test('exportUsers and getTask: users with their messages, one entity a line', async () => {
  const { task_id: id } = await client.exportUsers({ user_ids: ['alice', 'bob'] });
  await whenCompleted(id);
  const task = await client.getTask(id);
  assert.equal(task.status, 'completed');
  assert.equal(task.error, undefined);
  assert.match(task.created_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const { url } = task.result as { url: string };
  assert.match(url, /\/exports\/users\//);
  const users = lines(await download(url)).filter(({ type }) => type === 'user');
  assert.deepEqual(
    users.map(({ data }) => data.id),
    ['alice', 'bob'],
  );
});

test('exportUser: one user with everything, at once', async () => {
  const { user, messages, reactions } = await client.exportUser('bob');
  assert.equal(user.id, 'bob');
  assert.equal(user.name, 'Bob 🎧');
  const count = async (table: string, column: string) =>
    Number(
      (await service.product.query(`select count(*) from ${table} where ${column} = 'bob'`)).rows[0].count,
    );
  assert.equal(messages.length, await count('posts', 'author'));
  assert.equal(reactions.length, await count('post_reactions', 'handle'));
  assert.ok(messages.every(({ id }) => BigInt(id) > 2n ** 53n));
});

test('exportUser: an id with signs of its own is found', async () => {
  assert.equal((await client.exportUser('guest.17@door-b')).user.id, 'guest.17@door-b');
});

test('what is refused reaches the caller with its number and words', async () => {
  const refused = async (call: Promise<unknown>, status: number, code: number, message: RegExp) => {
    await assert.rejects(call, (error: Error & { status?: number; code?: number }) => {
      assert.deepEqual([error.status, error.code], [status, code]);
      assert.match(error.message, message);
      return true;
    });
  };
  await refused(
    client.getTask('4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c'),
    404,
    16,
    /Can't find task with id "4f0c/,
  );
  await refused(client.exportUser('nobody'), 404, 16, /Can't find user with id nobody/);
  await refused(client.exportChannels([]), 400, 4, /at least 1 item/);
  await refused(
    client.exportUsers({ user_ids: Array.from({ length: 26 }, (_, n) => `u${n}`) }),
    400,
    4,
    /at maximum 25 items/,
  );
  const stranger = new StreamChat(KEY, 'some other secret of thirty-two bytes', { baseURL: service.url });
  await refused(stranger.exportUser('bob'), 401, 43, /signature is not valid/);
  const unknown = new StreamChat('unknown', SECRET, { baseURL: service.url });
  await refused(unknown.exportUser('bob'), 401, 2, /api_key is invalid/);
});

test('a client that signed in as a user is refused', async () => {
  const asUser = new StreamChat(KEY, { baseURL: service.url });
  asUser.tokenManager.token = client.createToken('alice');
  asUser.userID = 'alice';
  asUser.user = { id: 'alice' };
  await assert.rejects(asUser.exportUsers({ user_ids: ['alice'] }), /server-side authentication/);
});
