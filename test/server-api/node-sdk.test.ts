import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamClient } from '@stream-io/node-sdk';
import { KEY, SECRET } from '../http/service.ts';
import { type ChatService, download, lines, startChatService } from './chat-service.ts';

// The published SDK as it is: all it is told is the base URL, a key and its secret.

let service: ChatService;
let client: StreamClient;
before(async () => {
  service = await startChatService({ worker: true });
  client = new StreamClient(KEY, SECRET, { basePath: service.url });
});
after(() => service.stop());

async function whenCompleted(id: string) {
  for (;;) {
    const task = await client.getTask({ id });
    if (task.status === 'completed') return task;
    assert.notEqual(task.status, 'failed');
    await sleep(50);
  }
}

test('chat.exportChannels: dates, cid, and the options of v2', async () => {
  const { task_id: id } = await client.chat.exportChannels({
    channels: [
      {
        type: 'livestream',
        id: 'white-room',
        messages_since: new Date('2020-11-10T09:30:00Z'),
        messages_until: new Date('2020-11-10T11:30:00Z'),
      },
      { cid: 'messaging:front-desk' },
    ],
    version: 'v2',
    include_truncated_messages: true,
    export_users: false,
  });
  const { result } = await whenCompleted(id);
  const file = lines(await download(result?.url));
  assert.deepEqual(
    file.filter(({ type }) => type === 'channel').map(({ data }) => data.cid),
    ['livestream:white-room', 'messaging:front-desk'],
  );
  const times = file
    .filter(({ type, data }) => type === 'message' && data.cid === 'livestream:white-room')
    .map(({ data }) => data.created_at);
  assert.ok(
    times.length > 0 && times.every((time) => time >= '2020-11-10T09:30:00' && time < '2020-11-10T11:30:01'),
  );
});

test('chat.exportChannels: csv', async () => {
  const { task_id: id } = await client.chat.exportChannels({
    channels: [{ cid: 'team:night-shift' }],
    version: 'v2',
    format: 'csv',
  });
  const { result } = await whenCompleted(id);
  assert.match(await download(result?.url), /^cid,id,type,user_id,user_name,text,/);
});

test('exportUsers and getTask: instants arrive as dates', async () => {
  const before = Date.now();
  const { task_id: id } = await client.exportUsers({ user_ids: ['bob'] });
  const task = await whenCompleted(id);
  assert.ok(task.created_at instanceof Date && task.updated_at instanceof Date);
  assert.ok(task.created_at.getTime() >= before && task.created_at.getTime() <= Date.now());
  assert.ok(task.updated_at >= task.created_at);
  assert.equal(task.error, undefined);
  assert.match(task.result?.url, /\/exports\/users\//);
  assert.equal(lines(await download(task.result?.url))[0].data.id, 'bob');
  assert.ok(task.metadata.rateLimit.rateLimit && task.metadata.rateLimit.rateLimitRemaining !== undefined);
});

test('exportUser: instants arrive as dates, custom fields by themselves', async () => {
  const { user, messages, reactions } = await client.exportUser({ user_id: 'alice' });
  const { rows } = await service.product.query(
    `select joined_at, city, (select count(*)::int from posts where author = 'alice') as posts,
       (select min(posted_at) from posts where author = 'alice') as first from people where handle = 'alice'`,
  );
  const [expected] = rows;
  assert.equal(user?.created_at.getTime(), expected.joined_at.getTime());
  assert.equal(user?.custom.city, expected.city);
  assert.equal(messages?.length, expected.posts);
  const first = Math.min(...(messages ?? []).map(({ created_at }) => created_at.getTime()));
  assert.equal(first, expected.first.getTime());
  assert.ok(reactions?.every(({ created_at }) => !Number.isNaN(created_at.getTime())));
});

test('exportUser: the answer has every field that its type requires', async () => {
  const { user, messages = [], reactions = [] } = await client.exportUser({ user_id: 'bob' });
  const required = {
    user: [
      ...[
        'banned',
        'created_at',
        'id',
        'invisible',
        'language',
        'online',
        'role',
        'shadow_banned',
        'updated_at',
      ],
      ...['blocked_user_ids', 'teams', 'custom'],
    ],
    message: [
      ...[
        'cid',
        'created_at',
        'deleted_reply_count',
        'html',
        'id',
        'mentioned_channel',
        'mentioned_here',
        'pinned',
      ],
      ...[
        'reply_count',
        'shadowed',
        'silent',
        'text',
        'type',
        'updated_at',
        'attachments',
        'latest_reactions',
      ],
      ...['mentioned_users', 'own_reactions', 'restricted_visibility', 'custom', 'reaction_counts'],
      ...['reaction_scores', 'user'],
    ],
    reaction: ['created_at', 'message_id', 'score', 'type', 'updated_at', 'user_id', 'custom', 'user'],
  };
  const check = (what: object | undefined, fields: string[]) => {
    for (const field of fields) {
      const value = (what as Record<string, unknown> | undefined)?.[field];
      assert.ok(value !== undefined && value !== null, `${field} of ${JSON.stringify(what)}`);
    }
  };
  check(user, required.user);
  assert.ok(messages.length > 0 && reactions.length > 0);
  for (const message of messages) {
    check(message, required.message);
    check(message.user, required.user);
  }
  for (const reaction of reactions) check(reaction, required.reaction);
});

test('what is refused reaches the caller with its number and words', async () => {
  const refused = async (call: Promise<unknown>, code: number, message: RegExp) => {
    await assert.rejects(call, (error: Error & { code?: number }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  };
  const room = { channels: [{ cid: 'livestream:white-room' }] };
  await refused(client.getTask({ id: 'none' }), 16, /Can't find task with id "none"/);
  await refused(client.exportUser({ user_id: 'nobody' }), 16, /Can't find user with id nobody/);
  await refused(
    client.chat.exportChannels({ channels: [{ cid: 'a:b' }] }),
    16,
    /Can't find channel with id a:b/,
  );
  await refused(client.chat.exportChannels({ ...room, format: 'csv' }), 4, /csv requires version v2/);
  const stranger = new StreamClient(KEY, 'some other secret of thirty-two bytes', { basePath: service.url });
  await refused(stranger.exportUsers({ user_ids: ['bob'] }), 43, /signature is not valid/);
});
