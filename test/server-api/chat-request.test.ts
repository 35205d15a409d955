import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChannelsRequest } from '../../src/chat/request.ts';
import { readChannelsRequest, readUsersRequest } from '../../src/http/server-api/chat-request.ts';
import { parseJson } from '../../src/http/server-api/json.ts';

const policy = { channelsPerRequest: 25, usersPerRequest: 25 };
const read = (body: unknown) => readChannelsRequest(body, policy);
const room = { type: 'livestream', id: 'white-room' };

function refusal(body: unknown): { text: string; fields: Record<string, string> } {
  try {
    read(body);
  } catch (error) {
    const {
      text,
      fields,
      refusal: name,
    } = error as { text: string; fields: Record<string, string>; refusal: string };
    assert.equal(name, 'input', String(error));
    return { text, fields };
  }
  throw new Error(`not refused: ${JSON.stringify(body)}`);
}

test('the least request asks for one channel with everything by default', () => {
  assert.deepEqual(read({ channels: [room] }), {
    about: 'channels',
    channels: [{ ...room, messagesSince: null, messagesUntil: null }],
    version: 'v1',
    format: 'json',
    includeTruncatedMessages: false,
    includeSoftDeletedChannels: false,
    clearDeletedMessageText: false,
    exportUsers: false,
    includeFields: [],
  } satisfies ChannelsRequest);
});

test('null is as good as nothing, an empty version and format as well', () => {
  const nothing = {
    version: null,
    format: null,
    include_truncated_messages: null,
    include_soft_deleted_channels: null,
    clear_deleted_message_text: null,
    export_users: null,
    include_fields: null,
  };
  const item = { ...room, cid: null, messages_since: null, messages_until: null };
  assert.deepEqual(read({ channels: [item], ...nothing }), read({ channels: [room] }));
  assert.deepEqual(read({ channels: [room], version: '', format: '' }), read({ channels: [room] }));
});

test('fields that nobody knows are passed over', () => {
  const item = { ...room, messages_before: 'x', custom: {} };
  assert.deepEqual(read({ channels: [item], user: { id: 1 }, team: null }), read({ channels: [room] }));
});

test('a channel goes by type and id, by cid, or by both', () => {
  const expected = { ...room, messagesSince: null, messagesUntil: null };
  const cid = 'livestream:white-room';
  for (const item of [
    room,
    { cid },
    { ...room, cid },
    { cid, type: 'livestream' },
    { cid, type: '', id: null },
  ]) {
    assert.deepEqual(read({ channels: [item] }).channels, [expected], JSON.stringify(item));
  }
  const [odd] = read({ channels: [{ cid: 'messaging:a:b 🙂' }] }).channels;
  assert.deepEqual([odd?.type, odd?.id], ['messaging', 'a:b 🙂']);
});

test('a cid that is none, or not that of type and id, is refused by the place where it stands', () => {
  const wrong: [object, string][] = [
    [{}, 'channels[1].type is a required field, unless there is a cid'],
    [{ type: 'livestream' }, 'channels[1].id is a required field, unless there is a cid'],
    [{ id: 'x' }, 'channels[1].type is a required field, unless there is a cid'],
    [{ type: 'a:b', id: 'x' }, 'channels[1].type must not contain a colon'],
    [{ cid: 'white-room' }, 'channels[1].cid must have the form type:id'],
    [{ cid: ':x' }, 'channels[1].cid must have the form type:id'],
    [{ cid: 'x:' }, 'channels[1].cid must have the form type:id'],
    [{ cid: 'livestream:a', id: 'b' }, 'channels[1].cid does not agree with type and id'],
    [{ cid: 'livestream:a', type: 'team', id: 'a' }, 'channels[1].cid does not agree with type and id'],
    [{ type: 7, id: 'x' }, 'channels[1].type must be a string'],
    [{ type: 'a', id: 'nul\u0000' }, 'channels[1].id must be text without control characters'],
    [{ type: 'a', id: '\ud800' }, 'channels[1].id must be text without control characters'],
  ];
  for (const [item, text] of wrong) assert.equal(refusal({ channels: [room, item] }).text, text);
});

test('bounds are read as instants, and kept to the microsecond', () => {
  const body =
    '{"channels":[{"cid":"livestream:white-room","messages_since":1605000600123456789,"messages_until":"2020-11-10T12:30:00.5+01:00"}]}';
  const [channel] = read(parseJson(Buffer.from(body))).channels;
  assert.equal(channel?.messagesSince, '2020-11-10T09:30:00.123457Z');
  assert.equal(channel?.messagesUntil, '2020-11-10T11:30:00.500000Z');
});

test('a bound that is no instant, or after the other one, is refused', () => {
  const since = (value: unknown) => refusal({ channels: [{ ...room, messages_since: value }] }).text;
  const form =
    'channels[0].messages_since must be RFC 3339 with an offset (2020-11-10T09:30:00Z) or unix nanoseconds (19 digits)';
  for (const value of ['2020-11-10T09:30:00', 'today', '', 1605000600]) assert.equal(since(value), form);
  for (const value of [true, {}, []]) {
    assert.equal(since(value), 'channels[0].messages_since must be RFC 3339 or unix nanoseconds');
  }
  const backwards = {
    messages_since: '2020-11-10T09:30:00.000000001Z',
    messages_until: '2020-11-10T09:30:00Z',
  };
  assert.deepEqual(refusal({ channels: [{ ...room, ...backwards }] }), {
    text: 'channels[0].messages_since must not be after messages_until',
    fields: { 'channels[0].messages_since': 'must not be after messages_until' },
  });
  const instant = { messages_since: '2020-11-10T09:30:00Z', messages_until: '2020-11-10T10:30:00+01:00' };
  assert.equal(read({ channels: [{ ...room, ...instant }] }).channels.length, 1);
});

test('one request names at least one channel, and at most as many as the policy says', () => {
  const rooms = (count: number) => Array.from({ length: count }, (_, n) => ({ type: 't', id: `c${n}` }));
  assert.equal(read({ channels: rooms(25) }).channels.length, 25);
  assert.deepEqual(refusal({ channels: rooms(26) }), {
    text: 'channels must contain at maximum 25 items',
    fields: { channels: 'must contain at maximum 25 items' },
  });
  assert.deepEqual(Object.keys(refusal({ channels: Array(100_000).fill(7) }).fields), ['channels']);
  assert.deepEqual(
    Object.keys(refusal({ channels: [room], include_fields: Array(100_000).fill(7) }).fields),
    ['include_fields'],
  );
  assert.equal(refusal({ channels: [] }).text, 'channels must contain at least 1 item');
  assert.equal(refusal({}).text, 'channels is a required field');
  assert.equal(refusal({ channels: null }).text, 'channels must be an array');
  assert.equal(refusal({ channels: [null] }).text, 'channels[0] must be an object');
  assert.equal(
    readChannelsRequest({ channels: rooms(100) }, { channelsPerRequest: 100 }).channels.length,
    100,
  );
});

test('a channel that is named twice alike is exported once; with other bounds it is refused', () => {
  const cid = 'livestream:white-room';
  assert.equal(read({ channels: [room, { cid }, room] }).channels.length, 1);
  const bounded = { cid, messages_since: '2020-11-10T09:30:00Z' };
  assert.equal(read({ channels: [bounded, { ...bounded }] }).channels.length, 1);
  assert.equal(
    refusal({ channels: [room, bounded] }).text,
    'channels names livestream:white-room twice, with different bounds',
  );
});

test('channels stay in the order in which they were asked for', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }).filter(isText), { minLength: 1, maxLength: 25 }),
      (ids) => {
        const { channels } = read({ channels: ids.map((id) => ({ cid: `team:${id}` })) });
        assert.deepEqual(
          channels.map(({ id }) => id),
          ids,
        );
      },
    ),
  );
});

test('csv is for lines of messages alone', () => {
  const csv = { channels: [room], version: 'v2', format: 'csv' };
  assert.equal(read(csv).format, 'csv');
  assert.deepEqual(read({ ...csv, include_fields: ['id', 'text'] }).includeFields, ['id', 'text']);
  assert.equal(refusal({ ...csv, version: 'v1' }).text, 'format csv requires version v2');
  assert.equal(refusal({ ...csv, version: null }).text, 'format csv requires version v2');
  assert.equal(
    refusal({ ...csv, export_users: true }).text,
    'format csv cannot be combined with export_users',
  );
  assert.equal(
    refusal({ channels: [room], include_fields: ['id'] }).text,
    'include_fields can only be used with format csv',
  );
  assert.equal(
    refusal({ ...csv, include_fields: ['id', 'id'] }).text,
    'include_fields must not name a field twice',
  );
  assert.equal(refusal({ ...csv, format: 'xml' }).text, 'format must be one of json, csv');
  assert.equal(refusal({ ...csv, version: 'v3' }).text, 'version must be one of v1, v2');
  assert.equal(refusal({ ...csv, export_users: 'yes' }).text, 'export_users must be a boolean');
});

test('a body that is no object is refused', () => {
  for (const body of [null, undefined, [], 'text', 5]) {
    assert.equal(refusal(body).text, 'the request body must be a JSON object');
  }
});

test('users are named by their ids, 25 at most, each once', () => {
  const ask = (body: unknown) => readUsersRequest(body, policy, 10_000);
  assert.deepEqual(ask({ user_ids: ['alice', 'bob', 'alice'] }), {
    about: 'users',
    userIds: ['alice', 'bob'],
    maxMessagesPerUser: 10_000,
  });
  const wrong: [unknown, string][] = [
    [{ user_ids: [] }, 'user_ids must contain at least 1 item'],
    [
      { user_ids: Array.from({ length: 26 }, (_, n) => `u${n}`) },
      'user_ids must contain at maximum 25 items',
    ],
    [{}, 'user_ids is a required field'],
    [{ user_ids: null }, 'user_ids must be an array'],
    [{ user_ids: [1] }, 'user_ids[0] must be a string'],
    [{ user_ids: [''] }, 'user_ids[0] must be at least 1 character in length'],
  ];
  for (const [body, text] of wrong) assert.throws(() => ask(body), { message: text });
});

test('whatever is sent is either a request or a refusal in words', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true }), (value) => {
      for (const body of [
        value,
        { channels: value },
        { channels: [value] },
        { channels: [{ cid: value }] },
      ]) {
        try {
          read(body);
        } catch (error) {
          const { text } = error as { text?: string };
          assert.ok(text && !text.includes('undefined'), String(error));
        }
      }
    }),
  );
});

function isText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}
