import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiKey } from '../../src/steps/api-keys.ts';
import { KEY } from '../http/service.ts';
import {
  ask,
  type ChatService,
  type ChatServiceOptions,
  download,
  finish,
  lines,
  startChatService,
  whenOver,
} from './chat-service.ts';
import { hs256 } from './tokens.ts';

async function withService(options: ChatServiceOptions, run: (service: ChatService) => Promise<void>) {
  const service = await startChatService(options);
  try {
    await run(service);
  } finally {
    await service.stop();
  }
}

/** Moves the clock to where a minute has just begun, so that none ends while calls are counted. */
function toNextMinute(service: ChatService): void {
  service.advance(60_500 - (service.parts.now().getTime() % 60_000));
}

function seconds(service: ChatService): number {
  return service.parts.now().getTime() / 1000;
}

const rates = { exportChannels: 3, exportUsers: 2, exportUser: 4, exportStatus: 5 };
const room = { body: { channels: [{ cid: 'messaging:empty-hall' }] } };

test('a key may make so many calls of a kind a minute; each answer says how many are left', () =>
  withService({ policy: { rateLimits: rates } }, async (service) => {
    toNextMinute(service);
    const kinds: [number, () => ReturnType<typeof ask>][] = [
      [3, () => ask(service, 'POST', '/export_channels', room)],
      [2, () => ask(service, 'POST', '/export/users', { body: { user_ids: ['bob'] } })],
      [4, () => ask(service, 'GET', '/users/bob/export')],
      [5, () => ask(service, 'GET', '/tasks/none')],
      [5, () => ask(service, 'GET', '/export_channels/none')],
    ];
    for (const [limit, call] of kinds) {
      for (let left = limit - 1; left >= 0; left--) {
        const { status, headers } = await call();
        assert.ok(status < 429, `${status}`);
        assert.equal(headers.get('x-ratelimit-limit'), String(limit));
        assert.equal(headers.get('x-ratelimit-remaining'), String(left));
      }
      const calledAt = seconds(service);
      const { status, headers, body } = await call();
      const answeredAt = seconds(service);
      assert.deepEqual([status, body.code, body.StatusCode], [429, 9, 429]);
      assert.match(
        body.message,
        /^(ExportChannels|ExportUsers?|GetTask|GetExportChannelsStatus) failed with error: "Too many/,
      );
      const wait = Number(headers.get('retry-after'));
      const reset = Number(headers.get('x-ratelimit-reset'));
      assert.ok(wait >= 1 && wait <= 60);
      assert.ok(wait >= reset - answeredAt && wait <= reset - calledAt + 1, `${wait} s until ${reset}`);
    }
    service.advance(60_000);
    for (const [limit, call] of kinds) {
      assert.equal((await call()).headers.get('x-ratelimit-remaining'), String(limit - 1));
    }
  }));

test('both families count together, and each key for itself', () =>
  withService({ policy: { rateLimits: rates } }, async (service) => {
    toNextMinute(service);
    await ask(service, 'POST', '/export/users', { body: { user_ids: ['bob'] } });
    await ask(service, 'POST', '/api/v2/export/users', { body: { user_ids: ['bob'] } });
    assert.equal((await ask(service, 'POST', '/export/users', { body: {} })).status, 429);
    const { key, secret } = await createApiKey(service.parts, 'second');
    const other = { key, token: hs256({}, secret), body: { user_ids: ['bob'] } };
    assert.equal((await ask(service, 'POST', '/export/users', other)).status, 201);
  }));

test('a caller who is not let in uses up nothing', () =>
  withService({ policy: { rateLimits: rates } }, async (service) => {
    toNextMinute(service);
    for (let i = 0; i < 9; i++) {
      const { status, headers } = await ask(service, 'GET', '/users/bob/export', {
        token: hs256({}, 'wrong'),
      });
      assert.equal(status, 401);
      assert.equal(headers.get('x-ratelimit-remaining'), null);
    }
    assert.equal((await ask(service, 'GET', '/users/bob/export')).headers.get('x-ratelimit-remaining'), '3');
  }));

test('how many channels and users a request may name is up to the policy', () =>
  withService({ policy: { channelsPerRequest: 1, usersPerRequest: 2 } }, async (service) => {
    const two = { channels: [{ cid: 'messaging:empty-hall' }, { cid: 'messaging:front-desk' }] };
    const { status, body } = await ask(service, 'POST', '/export_channels', { body: two });
    assert.deepEqual([status, body.code], [400, 4]);
    assert.match(body.message, /channels must contain at maximum 1 item"/);
    assert.equal(
      (await ask(service, 'POST', '/export/users', { body: { user_ids: ['alice', 'bob'] } })).status,
      201,
    );
    const three = { user_ids: ['alice', 'bob', 'mira'] };
    assert.match(
      (await ask(service, 'POST', '/export/users', { body: three })).body.message,
      /user_ids must contain at maximum 2 items/,
    );
  }));

test('of a user with too many messages the newest are kept, and file and task say what was cut', () =>
  withService({ worker: true, policy: { messagesPerUser: 7 } }, async (service) => {
    const task = await finish(service, '/export/users', { user_ids: ['bob', 'dede'] });
    const { rows } = await service.product.query(
      `select count(*)::int as total, (array_agg(id::text order by posted_at desc))[:7] as newest
       from posts where author = 'bob'`,
    );
    const { total, newest } = rows[0] as { total: number; newest: string[] };
    const cut = { user_id: 'bob', messages_total: total, messages_exported: 7 };
    assert.deepEqual(task.result.truncated, [cut]);
    const file = lines(await download(task.result.url));
    assert.deepEqual(
      file.filter(({ type }) => type === 'cut').map(({ data }) => data),
      [cut],
    );
    const kept = file.filter(({ type, data }) => type === 'message' && data.user_id === 'bob');
    assert.deepEqual(new Set(kept.map(({ data }) => data.id)), new Set(newest));
    const { status, body } = await ask(service, 'GET', '/users/bob/export');
    assert.deepEqual([status, body.code], [400, 4]);
    assert.match(body.message, /^ExportUser failed with error: "The user has more than 7 messages/);
  }));

test('an operator raises the limit of messages for one key', () =>
  withService({ worker: true, policy: { messagesPerUser: 7 } }, async (service) => {
    const { key, secret } = await createApiKey(service.parts, 'big', { maxMessagesPerUser: 100_000 });
    const asBig = { key, token: hs256({ server: true }, secret) };
    const started = await ask(service, 'POST', '/export/users', { ...asBig, body: { user_ids: ['bob'] } });
    let task = started.body;
    while (task.status !== 'completed') {
      task = (await ask(service, 'GET', `/tasks/${started.body.task_id}`, asBig)).body;
      assert.notEqual(task.status, 'failed');
    }
    assert.equal(task.result.truncated, undefined);
    assert.equal((await ask(service, 'GET', '/users/bob/export', asBig)).status, 200);
    assert.equal((await ask(service, 'GET', '/users/bob/export', { key: KEY })).status, 400);
  }));

test('a task that fails says why, in the words that SDKs raise', () =>
  withService({ worker: true, policy: { retries: 0 } }, async (service) => {
    await service.product.query('alter table posts rename to posts_gone');
    const { body } = await ask(service, 'POST', '/export_channels', room);
    const task = await whenOver(service, body.task_id);
    assert.equal(task.status, 'failed');
    assert.equal(task.result, undefined);
    assert.equal(task.error.type, 'source_refused');
    assert.ok(task.error.description.length > 20);
    const { body: v2 } = await ask(service, 'GET', `/api/v2/tasks/${body.task_id}`);
    assert.deepEqual(v2.error, task.error);
  }));

test('before a worker begins, a task waits', () =>
  withService({ worker: false }, async (service) => {
    const { body } = await ask(service, 'POST', '/export_channels', room);
    const { body: task } = await ask(service, 'GET', `/tasks/${body.task_id}`);
    assert.equal(task.status, 'waiting');
    assert.deepEqual([task.result, task.error], [undefined, undefined]);
    assert.equal(task.created_at, task.updated_at);
  }));
