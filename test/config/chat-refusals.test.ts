import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallChat, withChat } from './written-chat.ts';
import { lineOf, refuse, small } from './written-config.ts';

const { users, channels, members, messages } = smallChat;
const reads = {
  from: 'room_members',
  fields: { channel: 'room_id', user: 'handle', last_read: 'read_until' },
};

const wrongChats: [title: string, change: object, path: string, words: string][] = [
  [
    'no users',
    { users: undefined },
    'users',
    "e.g. users: { from: 'people', fields: { id: 'id', name: 'handle' } }",
  ],
  [
    'no table',
    { users: { fields: { id: 'id' } } },
    'users.from',
    "expected a table, or schema.table, e.g. 'calls'",
  ],
  ['no fields', { members: { from: 'm' } }, 'members.fields', "e.g. fields: { channel: '…', user: '…' }"],
  ...required('users', users, ['id']),
  ...required('channels', channels, ['id', 'type']),
  ...required('members', members, ['channel', 'user']),
  ...required('messages', messages, ['id', 'channel', 'user', 'text', 'created_at']),
  ...required('reactions', { from: 'r', fields: { message: 'm', user: 'u', type: 't' } }, [
    'message',
    'user',
    'type',
  ]),
  ...required('reads', reads, ['channel', 'user', 'last_read']),
  ...required('calls', { from: 'c', fields: { id: 'i', user: 'u' } }, ['id', 'user']),

  [
    'a field misspelt',
    { users: fields(users, { nam: 'handle' }) },
    'users.fields.nam',
    'the API has no such field in users; did you mean `name`?; a column of your own goes to custom',
  ],
  [
    'a column of its own among the fields',
    { messages: fields(messages, { sentiment: 'sentiment' }) },
    'messages.fields.sentiment',
    "no such field in messages; a column of your own goes to custom, e.g. custom: ['mood']",
  ],
  [
    'a reference by its long name',
    { members: fields(members, { user_id: 'handle' }) },
    'members.fields.user_id',
    'did you mean `user`?',
  ],
  [
    'a field that is counted',
    { messages: fields(messages, { reply_count: 'answers' }) },
    'messages.fields.reply_count',
    'Handover makes `reply_count` itself; leave it out',
  ],
  [
    'a number for a column',
    { users: fields(users, { name: 7 }) },
    'users.fields.name',
    "the name of a column, e.g. 'id'",
  ],

  [
    'a custom key of the API',
    { users: { ...users, custom: [{ site_role: 'role' }] } },
    'users.custom[0]',
    "`role` is a field of the API; map it in fields, or give the column another key, e.g. { site_role: 'own_role' }",
  ],
  [
    'a custom key that Handover makes',
    { messages: { ...messages, custom: ['mood', 'cid'] } },
    'messages.custom[1]',
    "`cid` is a field of the API; give the column another key, e.g. { cid: 'own_cid' }",
  ],
  [
    'one custom key for two columns',
    { users: { ...users, custom: ['mood', { feeling: 'mood' }] } },
    'users.custom[1]',
    "`mood` already leaves as `mood`; give this one another key, e.g. { feeling: 'own_mood' }",
  ],
  [
    'a custom column that is a field',
    { users: { ...users, custom: ['handle'] } },
    'users.custom[0]',
    '`handle` already leaves as `id`; remove one',
  ],
  [
    'a custom column twice',
    { users: { ...users, custom: ['mood', { mood: 'feeling' }] } },
    'users.custom[1]',
    '`mood` already leaves as `mood`; remove one',
  ],
  [
    'an empty custom',
    { users: { ...users, custom: [] } },
    'users.custom',
    "at least one entry, e.g. custom: ['mood']",
  ],
  [
    'a custom that is no column',
    { users: { ...users, custom: [1] } },
    'users.custom[0]',
    "e.g. { mood_emoji: 'mood' }",
  ],
  ['custom columns of reads', { reads: { ...reads, custom: ['device'] } }, 'reads.custom', 'no such setting'],

  [
    'a password among the fields',
    { users: fields(users, { name: 'password' }) },
    'users.fields.name',
    'of the deny class password',
  ],
  [
    'a renamed password among the custom columns',
    { users: { ...users, custom: ['mood', { encrypted_password: 'check' }] } },
    'users.custom[1]',
    "allowSensitive: { encrypted_password: '…' }",
  ],
  [
    'a reason for a password that stays',
    { users: { ...users, allowSensitive: { password: 'They ask for it so often.' } } },
    'users.allowSensitive.password',
    'does not leave',
  ],
  [
    'a class of a column that stays',
    { users: { ...users, classes: { mood: 'observed' } } },
    'users.classes.mood',
    'does not leave',
  ],
  [
    'a column both used and excluded',
    { users: { ...users, exclude: { handle: 'internal' } } },
    'users.exclude.handle',
    'the column also leaves; remove it here or there',
  ],
  [
    'a custom column that is excluded',
    { users: { ...users, custom: [{ mood_emoji: 'mood' }], exclude: { mood_emoji: 'secret' } } },
    'users.exclude.mood_emoji',
    'the column also leaves',
  ],
  [
    'a path into what stays',
    { users: { ...users, exclude: { 'profile.token': 'secret' } } },
    'users.exclude["profile.token"]',
    "`profile` does not leave, so exclude it whole, e.g. profile: 'secret'; or let it leave",
  ],
  [
    'a path that cannot be read',
    { users: { ...users, exclude: { 'a[': 'secret' } } },
    'users.exclude["a["]',
    'gateways[*].secret',
  ],
  [
    'a reason misspelt',
    { users: { ...users, exclude: { a: 'secrt' } } },
    'users.exclude.a',
    'did you mean `secret`?',
  ],
  [
    'a table whose column leaves by another entity',
    { reads, members: { ...members, exclude: { read_until: 'internal' } } },
    'members.exclude.read_until',
    '`reads` reads the same table, and there it leaves; remove it here or there',
  ],
  [
    'a path that leaves by another entity',
    {
      members: { ...members, from: 'posts', custom: ['extra'], exclude: { 'extra.token': 'secret' } },
      messages: { ...messages, from: 'public.posts', custom: ['extra'] },
    },
    'members.exclude["extra.token"]',
    '`messages` reads the same table, and there it leaves; exclude it there too',
  ],

  [
    'a key that is not classified',
    { channels: { ...channels, key: 'room_no' } },
    'channels.key',
    "`room_no` neither leaves nor is excluded, so say there whether it leaves, e.g. room_no: 'internal'",
  ],
  ['a key misspelt', { channels: { ...channels, key: 'slag' } }, 'channels.key', 'did you mean `slug`?'],
  ['a key of another entity', { users: { ...users, key: 'handle' } }, 'users.key', 'no such setting'],
  [
    'a table that leaves and stays',
    { leftOut: { 'public.posts': 'secret' } },
    'leftOut["public.posts"]',
    'leaves as `messages`',
  ],
  ['a source misspelt', { source: 'mian' }, 'source', 'did you mean `main`?'],
  ['an entity misspelt', { message: messages }, 'message', 'did you mean `messages`?'],

  [
    'too many channels',
    { policy: { channelsPerRequest: 101 } },
    'policy.channelsPerRequest',
    '1 to 100, e.g. channelsPerRequest: 25',
  ],
  ['no channels', { policy: { channelsPerRequest: 0 } }, 'policy.channelsPerRequest', '1 to 100'],
  [
    'too many users',
    { policy: { usersPerRequest: 101 } },
    'policy.usersPerRequest',
    '1 to 100, e.g. usersPerRequest: 25',
  ],
  [
    'no messages',
    { policy: { messagesPerUser: 0 } },
    'policy.messagesPerUser',
    'at least 1, e.g. messagesPerUser: 10_000',
  ],
  ['half a retry', { policy: { retries: 0.5 } }, 'policy.retries', 'at least 0, e.g. retries: 5'],
  ['no rows', { policy: { rowsPerPart: 0 } }, 'policy.rowsPerPart', 'at least 1'],
  [
    'no retention',
    { policy: { retention: 0 } },
    'policy.retention',
    "such as '90s', '15m', '24h' or '7d', e.g. retention: '60d'",
  ],
  ['a life in words', { policy: { addressLife: 'a day' } }, 'policy.addressLife', "e.g. addressLife: '24h'"],
  [
    'no calls',
    { policy: { rateLimits: { exportStatus: 0 } } },
    'policy.rateLimits.exportStatus',
    'at least 1, e.g. exportStatus: 600',
  ],
  [
    'a limit misspelt',
    { policy: { rateLimits: { exportChanels: 1 } } },
    'policy.rateLimits.exportChanels',
    'did you mean `exportChannels`?',
  ],
];

for (const [title, change, path, words] of wrongChats) {
  test(`a chat with ${title} is refused at ${path}`, async () => {
    const line = lineOf(await refuse(withChat(change)), `chat.${path}`);
    assert.ok(line.includes(words), line);
  });
}

test('a config without exports and chat is told of both', async () => {
  const { product, sources } = small;
  for (const config of [
    { product, sources },
    { product, sources, exports: {} },
  ]) {
    assert.match(lineOf(await refuse(config), 'exports'), /at least one entry, e\.g\. exports: .* or `chat`/);
  }
});

test('kinds of export with the names of the chat’s own are refused', async () => {
  const { account } = small.exports;
  const message = await refuse({
    ...small,
    exports: { account, users: account, channels: account },
    chat: smallChat,
  });
  assert.match(lineOf(message, 'exports.users'), /give this kind another, e\.g\. usersCopy/);
  assert.match(lineOf(message, 'exports.channels'), /`chat` exports under this name/);
});

test('several sources make the chat name one', async () => {
  const sources = { a: small.sources.main, b: small.sources.main };
  assert.match(
    lineOf(await refuse({ ...withChat({}), sources }), 'chat.source'),
    /\(a, b\), e\.g\. source: 'a'/,
  );
});

/** A case for each required field: without it, and blank. */
function required(
  name: string,
  entity: { from: string; fields: object },
  names: string[],
): typeof wrongChats {
  return names.flatMap((field) =>
    [undefined, ' '].map((value): (typeof wrongChats)[number] => [
      `${value === undefined ? 'no' : 'a blank'} ${field} of ${name}`,
      { [name]: fields(entity, { [field]: value }) },
      `${name}.fields.${field}`,
      `, e.g. ${field}: '${field}'`,
    ]),
  );
}

function fields(entity: { fields: object }, change: object): object {
  return { ...entity, fields: { ...entity.fields, ...change } };
}
