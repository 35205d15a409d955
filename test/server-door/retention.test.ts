import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sweep } from '../../src/steps/sweep.ts';
import { waitFor } from '../support/installation.ts';
import { clientOf, type Door, download, handover, type Key, openDoor } from './door.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const channel = { channels: [{ cid: 'livestream:white-room' }] };

describe('an address', () => {
  it('works for 24 hours; each status call makes one anew, under the same path', async (t) => {
    const door = await openDoor(t);
    const client = await clientOf(door, await door.createKey('shop'));
    const id = await client.start('/export_channels', channel);
    const { result: first } = await client.whenOver(id);
    const file = await download(first.url);
    door.advance(DAY_MS - MINUTE_MS);
    assert.equal(await download(first.url), file);

    const { result: second } = await client.task(id);
    door.advance(2 * MINUTE_MS);
    await assertRefused(first.url);
    assert.notEqual(second.url, first.url);
    assert.equal(second.path, first.path);
    assert.equal(new URL(second.url).pathname, new URL(first.url).pathname);
    assert.equal(await download(second.url), file);
    const later = new URL(first.url);
    later.searchParams.set('expires', new URL(second.url).searchParams.get('expires') ?? '');
    await assertRefused(later.href);
  });

  it('lives as long as the policy says', async (t) => {
    const door = await openDoor(t, { policy: { addressLife: '10m' } });
    const client = await clientOf(door, await door.createKey('shop'));
    const { result } = await client.whenOver(await client.start('/export_channels', channel));
    door.advance(9 * MINUTE_MS);
    await download(result.url);
    door.advance(2 * MINUTE_MS);
    await assertRefused(result.url);
  });
});

describe('a file', () => {
  for (const [days, policy] of [
    [60, {}],
    [2, { retention: '2d' }],
  ] as const) {
    it(`is kept for ${days} days, then it is gone, and the task says so`, async (t) => {
      const door = await openDoor(t, { policy });
      const client = await clientOf(door, await door.createKey('shop'));
      const id = await client.start('/export_channels', channel);
      const { result } = await client.whenOver(id);
      const file = await download(result.url);
      door.advance(days * DAY_MS - HOUR_MS);
      await sweep(door.parts);
      const { result: last } = await client.task(id);
      assert.equal(await download(last.url), file);
      assert.equal((await door.storedFiles()).length, 1);

      door.advance(2 * HOUR_MS);
      // Even before somebody clears up; and after it.
      await assertGone(id);
      await assertRefused(last.url);
      await sweep(door.parts);
      await waitFor('the bytes to be removed', async () =>
        (await door.storedFiles()).length === 0 ? true : null,
      );
      await assertGone(id);
      await assertRefused(last.url);
      const [{ key } = { key: null }] = await door.parts.db.query<{ key: unknown }>(
        'select sealed_key as key from handover.data_exports',
      );
      assert.equal(key, null, 'what a backup still holds cannot be opened any more');

      async function assertGone(task: string) {
        const { status, body } = await client.call('GET', `/tasks/${task}`);
        assert.equal(status, 404);
        assert.equal(body.code, 16);
        assert.match(body.message, /expired.*deleted on \d{4}-\d\d-\d\d/);
      }
    });
  }
});

describe('limits', () => {
  it('of a policy hold: channels and users in a request, calls in a minute', async (t) => {
    const rateLimits = { exportChannels: 3, exportUsers: 2, exportUser: 1, exportStatus: 100 };
    const door = await openDoor(t, { policy: { channelsPerRequest: 1, usersPerRequest: 2, rateLimits } });
    const client = await clientOf(door, await door.createKey('shop'));
    const other = await clientOf(door, await door.createKey('other'));
    const tooMany = { channels: [...channel.channels, { cid: 'messaging:any' }] };
    assert.equal((await client.call('POST', '/export_channels', tooMany)).status, 400);
    assert.equal(
      (await client.call('POST', '/export/users', { user_ids: ['alice', 'bob', 'x'] })).status,
      400,
    );
    await client.start('/export/users', { user_ids: ['alice', 'bob'] });
    // A new minute may begin in between: of five more calls, two minutes cannot hold all.
    const statuses = [];
    for (let n = 0; n < 5; n++)
      statuses.push((await client.call('POST', '/export/users', { user_ids: ['bob'] })).status);
    assert(statuses.includes(429), statuses.join());
    assert.equal(
      (await other.call('POST', '/export/users', { user_ids: ['bob'] })).status,
      201,
      'each key has its own',
    );
    door.advance(MINUTE_MS);
    assert.equal((await client.call('POST', '/export/users', { user_ids: ['bob'] })).status, 201);
  });

  it('on the messages of a user keep the newest, and file and task say what was cut', async (t) => {
    const door = await openDoor(t, { policy: { messagesPerUser: 3 } });
    const all = await messagesOf(door, 'alice');
    assert(all.length > 4, 'the example has enough of them');
    const client = await clientOf(door, await door.createKey('shop'));
    const seen = await exportUsers(client, ['bob', 'alice']);
    assert.deepEqual(seen.messageIds('alice'), all.slice(-3));
    const cut = { user_id: 'alice', messages_total: all.length, messages_exported: 3 };
    assert.deepEqual(
      seen.lines
        .filter(({ type, data }) => type === 'cut' && data.user_id === 'alice')
        .map(({ data }) => data),
      [cut],
    );
    const place = seen.lines.findIndex(({ type, data }) => type === 'cut' && data.user_id === 'alice');
    assert.deepEqual([seen.lines[place - 1]?.type, seen.lines[place - 1]?.data.id], ['user', 'alice']);
    assert.deepEqual(
      seen.truncated?.filter(({ user_id: id }) => id === 'alice'),
      [cut],
    );
  });

  it('are raised for one key by the operator, and put back', async (t) => {
    const door = await openDoor(t, { policy: { messagesPerUser: 3 } });
    const all = await messagesOf(door, 'alice');
    const raised = ['--max-messages-per-user', String(all.length)];
    const key: Key = JSON.parse(await handover(door, 'keys', 'create', ...raised, '--json'));
    const client = await clientOf(door, key);
    const whole = await exportUsers(client, ['alice']);
    assert.deepEqual(whole.messageIds('alice'), all);
    assert.equal(whole.truncated, undefined);
    assert.equal(
      whole.lines.some(({ type }) => type === 'cut'),
      false,
    );
    await handover(door, 'keys', 'update', key.key, '--max-messages-per-user', String(all.length - 1));
    assert.deepEqual((await exportUsers(client, ['alice'])).messageIds('alice'), all.slice(1));
    await handover(door, 'keys', 'update', key.key, '--max-messages-per-user', 'default');
    assert.deepEqual((await exportUsers(client, ['alice'])).messageIds('alice'), all.slice(-3));
  });
});

describe('keys', () => {
  it('are rotated: two work side by side, and the revoked one is refused from then on', async (t) => {
    const door = await openDoor(t);
    const [before, next]: Key[] = [
      JSON.parse(await handover(door, 'keys', 'create', '--name', 'before', '--json')),
      JSON.parse(await handover(door, 'keys', 'create', '--name', 'next', '--json')),
    ];
    assert(before && next);
    const [old, fresh] = [await clientOf(door, before), await clientOf(door, next)];
    const id = await old.start('/export_channels', channel);
    assert.equal((await old.whenOver(id)).status, 'completed');
    assert.equal((await fresh.whenOver(await fresh.start('/export_channels', channel))).status, 'completed');
    const mixed = await clientOf(door, { key: next.key, secret: before.secret });
    assert.equal((await mixed.call('GET', `/tasks/${id}`)).status, 401, 'a secret is good for its own key');

    await handover(door, 'keys', 'revoke', before.key);
    for (const [method, path, body] of [
      ['GET', `/tasks/${id}`, undefined],
      ['POST', '/export_channels', channel],
    ] as const) {
      const answer = await old.call(method, path, body);
      assert.equal(answer.status, 401);
      assert.match(answer.body.message, /api_key/);
    }
    assert.equal((await fresh.call('POST', '/export_channels', channel)).status, 201);
    const listed = await handover(door, 'keys', 'list', '--json');
    assert(!listed.includes(before.secret) && !listed.includes(next.secret));
  });

  it('do not see the tasks of each other', async (t) => {
    const door = await openDoor(t);
    const one = await clientOf(door, await door.createKey('one'));
    const other = await clientOf(door, await door.createKey('other'));
    const id = await one.start('/export_channels', channel);
    const unknown = await other.call('GET', '/tasks/00000000-0000-4000-8000-000000000000');
    for (const path of [`/tasks/${id}`, `/export_channels/${id}`, `/api/v2/tasks/${id}`]) {
      const { status, body } = await other.call('GET', path);
      assert.equal(status, 404);
      assert.equal(body.code, unknown.body.code);
    }
  });
});

async function assertRefused(address: string): Promise<void> {
  const { status } = await fetch(address);
  assert.equal(status, 410);
}

/** Ids of all messages of a user, oldest first. */
async function messagesOf({ product }: Door, user: string): Promise<string[]> {
  const { rows } = await product.query<{ id: string }>(
    'select id::text from posts where author = $1 order by posted_at, id',
    [user],
  );
  return rows.map(({ id }) => id);
}

interface Line {
  type: string;
  data: Record<string, unknown>;
}

async function exportUsers(client: Awaited<ReturnType<typeof clientOf>>, userIds: string[]) {
  const { result } = await client.whenOver(await client.start('/export/users', { user_ids: userIds }));
  const lines: Line[] = (await download(result.url))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return {
    lines,
    truncated: result.truncated as Record<string, unknown>[] | undefined,
    messageIds: (user: string) =>
      lines
        .filter(({ type, data }) => type === 'message' && data.user_id === user)
        .map(({ data }) => data.id),
  };
}
