import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countSections } from '../../src/chat/count-sections.ts';
import { findMissing } from '../../src/chat/lookup.ts';
import type { UsersRequest } from '../../src/chat/request.ts';
import { readUserExport } from '../../src/chat/user-export.ts';
import { hasCode } from '../vault/store-contract.ts';
import { exportFile, mapping, wanted, whiteRoom } from './chat-product.ts';
import { openProduct } from './opened-product.ts';
import { type Line, validLines } from './schemas.ts';

const product = await openProduct();
const zoe = `o'neil"; drop table chat.posts; --`;

async function linesOf(
  t: Parameters<typeof exportFile>[0],
  userIds: string[],
  maxMessagesPerUser = 10_000,
): Promise<Line[]> {
  const request: UsersRequest = { about: 'users', userIds, maxMessagesPerUser };
  const { text } = await exportFile(t, product.snapshot, request);
  assert(!text.includes('CANARY_'), 'something left that must not');
  return validLines('users-line', text);
}

const idsOf = (lines: Line[], type: string) =>
  lines.filter((line) => line.type === type).map(({ data }) => data.id);

describe('a user file', () => {
  test('holds of each user, in the order asked for, the profile, messages, reactions and calls', async (t) => {
    const lines = await linesOf(t, ['bob', 'alice', zoe]);
    assert.deepEqual(
      lines.map(({ type }) => type),
      [
        ...['user', 'message', 'message', 'message', 'message', 'reaction'],
        ...['user', 'message', 'message', 'message', 'reaction', 'reaction', 'call'],
        ...['user', 'message'],
      ],
    );
    assert.deepEqual(idsOf(lines, 'user'), ['bob', 'alice', zoe]);
  });

  test('holds messages of every channel, also deleted and truncated ones, oldest first', async (t) => {
    const lines = await linesOf(t, ['bob']);
    assert.deepEqual(
      lines.filter(({ type }) => type === 'message').map(({ data }) => [data.cid, data.id, data.type]),
      [
        ['livestream:white-room', '9007199254740994', 'regular'],
        ['livestream:white-room', '9007199254740995', 'reply'],
        ['livestream:white-room', '9007199254740996', 'deleted'],
        ['messaging:gone', '10', 'regular'],
      ],
    );
    assert.deepEqual(idsOf(await linesOf(t, ['alice']), 'message'), [
      ...['9007199254740992', '9007199254740993', '9007199254740999'],
    ]);
  });

  test('keeps the newest messages over the limit, oldest first, and says what was cut', async (t) => {
    const lines = await linesOf(t, ['alice', 'bob', zoe], 2);
    assert.deepEqual(idsOf(lines, 'message'), [
      ...['9007199254740993', '9007199254740999', '9007199254740996', '10', '9007199254740998'],
    ]);
    const [first, second] = lines;
    assert.equal(first?.data.id, 'alice');
    assert.deepEqual(second, {
      type: 'cut',
      data: { user_id: 'alice', messages_total: 3, messages_exported: 2 },
    });
    assert.equal(lines.filter(({ type }) => type === 'cut').length, 2);
  });

  test('says nothing of a cut when the messages are exactly as many as may be', async (t) => {
    assert(!(await linesOf(t, ['alice'], 3)).some(({ type }) => type === 'cut'));
    const request: UsersRequest = { about: 'users', userIds: ['bob', 'alice'], maxMessagesPerUser: 3 };
    const { cuts } = await countSections(product.snapshot, mapping, request);
    assert.deepEqual(cuts, [{ userId: 'bob', messagesTotal: 4, messagesExported: 3 }]);
  });

  test('counts answers of others to the messages', async (t) => {
    const [, , message] = await linesOf(t, ['alice']);
    assert.deepEqual([message?.data.reply_count, message?.data.deleted_reply_count], [1, 1]);
  });

  test('names calls with their channel and what the product keeps of them', async (t) => {
    const call = (await linesOf(t, ['alice'])).at(-1);
    assert.deepEqual(call?.data, {
      id: '5b0f4c1e-8a52-4e0f-9b5b-8f0e6b1f6a11',
      user_id: 'alice',
      channel_cid: 'livestream:white-room',
      created_at: '2020-11-13T00:00:00.000000Z',
      updated_at: '2020-11-13T00:00:00.000000Z',
      seconds: 61,
    });
  });
});

describe('one user at once', () => {
  test('is null for a user who is unknown', async () => {
    assert.equal(await readUserExport(product.snapshot, mapping, 'nobody', 'rfc3339', 10), null);
  });

  test('in v1 has own fields beside those of the API, and says the user once', async () => {
    const read = await readUserExport(product.snapshot, mapping, 'alice', 'rfc3339', 10);
    assert(read);
    assert.equal(JSON.parse(read.user).mood, 'merry');
    const messages = JSON.parse(read.messages);
    assert.deepEqual([messages[0].user, messages[0].reaction_counts], [null, null]);
    assert.deepEqual(messages[1].reaction_counts, { like: 2, '❤️': 1 });
    assert.equal(messages[1].created_at, '2020-11-10T09:30:00.000001Z');
    assert.deepEqual(
      JSON.parse(read.reactions).map(({ user, type }: { user: null; type: string }) => [user, type]),
      [
        [null, '❤️'],
        [null, 'like'],
      ],
    );
  });

  test('in v2 has instants in nanoseconds, own fields under custom, and what its clients insist on', async () => {
    const read = await readUserExport(product.snapshot, mapping, 'alice', 'nanoseconds', 10);
    assert(read && !Object.values(read).join('').includes('CANARY_'));
    assert(read.user.includes('"created_at":1577836800000001000,'));
    assert(read.messages.includes('"created_at":1605000600000001000,'));
    assert(read.reactions.includes('"created_at":1605000780000000000,'));
    const user = JSON.parse(read.user);
    assert.deepEqual(user.custom, {
      mood: 'merry',
      born_at: '1990-02-03T04:05:06.000000Z',
      settings: { theme: 'dark', push: { on: true } },
    });
    assert(!('mood' in user));
    for (const key of ['language', 'teams', 'blocked_user_ids', 'shadow_banned', 'invisible'])
      assert(key in user);
    const [message] = JSON.parse(read.messages);
    for (const key of ['custom', 'mentioned_channel', 'mentioned_here', 'restricted_visibility'])
      assert(key in message);
    assert.equal(message.user.id, 'alice');
    assert.equal(JSON.parse(read.reactions)[0].user.id, 'alice');
  });

  test('in v2 has the last second that 64 bits hold where an instant lies beyond it', async () => {
    const far = await openProduct(
      `update chat.people set joined_at = '9999-12-31T23:59:59Z', changed_at = '0044-03-15 BC', gone_at = 'infinity'
       where id = 'alice'`,
    );
    const read = await readUserExport(far.snapshot, mapping, 'alice', 'nanoseconds', 10);
    assert(read);
    assert(read.user.includes('"created_at":9223372036000000000,"updated_at":-9223372036000000000,'));
    assert(read.user.includes('"deleted_at":null,'));
    assert(read.messages.includes('"created_at":9223372036000000000,"updated_at":-9223372036000000000,'));
  });

  test('is refused with more messages or reactions than the limit', async () => {
    for (const limit of [1, 2]) {
      const read = readUserExport(product.snapshot, mapping, 'alice', 'rfc3339', limit);
      await assert.rejects(read, hasCode('chat_limit_exceeded'));
    }
    assert(await readUserExport(product.snapshot, mapping, 'alice', 'rfc3339', 3));
  });
});

describe('what is missing', () => {
  const missing = (names: Parameters<typeof findMissing>[2], includeDeleted = false, chat = mapping) =>
    findMissing(product.snapshot, chat, names, includeDeleted);

  test('is named in the order asked for', async () => {
    assert.deepEqual(await missing({ userIds: ['x', 'alice', zoe, 'a\0b', '\ud800', 'x', ''] }), [
      ...['x', 'a\0b', '\ud800', ''],
    ]);
    const channels = [wanted('a', 'b'), whiteRoom, wanted('messaging', 'white-room'), wanted('x', "'")];
    assert.deepEqual(await missing({ channels }), ['a:b', 'messaging:white-room', "x:'"]);
    const crossed = [wanted('messaging', 'empty'), wanted('livestream', 'gone')];
    assert.deepEqual(await missing({ channels: crossed }), ['livestream:gone']);
    assert.deepEqual(await missing({ channels: [] }), []);
    assert.deepEqual(await missing({ userIds: [] }), []);
  });

  test('is found for very many at once', async () => {
    const channels = Array.from({ length: 20_000 }, (_, index) =>
      wanted(`type-${index % 500}`, `id-${index}`),
    );
    assert.equal((await missing({ channels: [...channels, whiteRoom] })).length, 20_000);
    const userIds = channels.map(({ id }) => id);
    assert.deepEqual(await missing({ userIds: ['bob', ...userIds] }), userIds);
  });

  test('is a channel that was deleted softly, unless such ones are asked for', async () => {
    const channels = [wanted('messaging', 'gone')];
    assert.deepEqual(await missing({ channels }), ['messaging:gone']);
    assert.deepEqual(await missing({ channels }, true), []);
  });

  test('is an id that no value of the column could be', async () => {
    await product.run(`
      create table chat.numbered (id bigint primary key);
      insert into chat.numbered values (7), (9223372036854775807);
      create table chat.labelled (id uuid primary key);
      insert into chat.labelled values ('5b0f4c1e-8a52-4e0f-9b5b-8f0e6b1f6a11');
      create domain chat.number as bigint check (value > 0);
      create domain chat.ordinal as chat.number;
      create table chat.ranked (id chat.ordinal primary key);
      insert into chat.ranked values (7);
      create type chat.sort as enum ('public', 'secret');
      create table chat.sorted (kind chat.sort, slug text);
      insert into chat.sorted values ('public', 'a');`);
    const snapshot = await product.source.openSnapshot();
    const ofUsers = (table: string, userIds: string[]) =>
      findMissing(
        snapshot,
        { ...mapping, users: { ...mapping.users, table, fields: { id: { column: 'id', omit: [] } } } },
        { userIds },
        false,
      );
    try {
      const numbers = ['7', '07', 'x', '9223372036854775807', '9223372036854775808', '8', '7; --'];
      const unknown = ['07', 'x', '9223372036854775808', '8', '7; --'];
      assert.deepEqual(await ofUsers('numbered', numbers), unknown);
      assert.deepEqual(await ofUsers('ranked', ['7', 'x', '-1', '8']), ['x', '-1', '8']);
      const uuid = '5b0f4c1e-8a52-4e0f-9b5b-8f0e6b1f6a11';
      assert.deepEqual(await ofUsers('labelled', ['x7', uuid, uuid.replace('5', '6')]), [
        ...['x7', uuid.replace('5', '6')],
      ]);
      const channels = { ...mapping.channels, table: 'sorted', key: 'slug' };
      channels.fields = { id: { column: 'slug', omit: [] }, type: { column: 'kind', omit: [] } };
      const names = [wanted('public', 'a'), wanted('private', 'a'), wanted('secret', 'a')];
      assert.deepEqual(await findMissing(snapshot, { ...mapping, channels }, { channels: names }, false), [
        ...['private:a', 'secret:a'],
      ]);
    } finally {
      await snapshot.close();
    }
  });
});
