import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { chatFields } from '../../src/config/chat-field-names.ts';
import { type Config, defineConfig } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadChat, smallChat, withChat } from './written-chat.ts';
import { loadJson, small, writeConfig } from './written-config.ts';

const column = (name: string) => ({ column: name, omit: [] });
/** Where the config says nothing of them. */
const provided = (...columns: string[]) => ({
  classes: Object.fromEntries(columns.map((name) => [name, 'provided'])),
  sensitive: [],
});

test('a small chat gets every default', async () => {
  assert.deepEqual(await loadChat(), {
    source: 'main',
    policy: {
      retentionMs: 60 * 86_400_000,
      addressLifeMs: 86_400_000,
      channelsPerRequest: 25,
      usersPerRequest: 25,
      messagesPerUser: 10_000,
      retries: 5,
      rowsPerPart: 100_000,
      rateLimits: { exportChannels: 60, exportUsers: 60, exportUser: 60, exportStatus: 600 },
    },
    users: {
      schema: 'public',
      table: 'people',
      fields: { id: column('handle') },
      custom: {},
      leftOut: [],
      ...provided('handle'),
    },
    channels: {
      schema: 'public',
      table: 'rooms',
      key: 'slug',
      fields: { id: column('slug'), type: column('kind') },
      custom: {},
      leftOut: [],
      ...provided('slug', 'kind'),
    },
    members: {
      schema: 'public',
      table: 'room_members',
      fields: { channel: column('room_id'), user: column('handle') },
      custom: {},
      leftOut: [],
      ...provided('room_id', 'handle'),
    },
    messages: {
      schema: 'public',
      table: 'posts',
      fields: {
        id: column('id'),
        channel: column('room_id'),
        user: column('author'),
        text: column('body'),
        created_at: column('posted_at'),
      },
      custom: {},
      leftOut: [],
      ...provided('id', 'room_id', 'author', 'body', 'posted_at'),
    },
    reactions: null,
    reads: null,
    calls: null,
    leftOut: [],
  });
});

test('what a chat says takes the place of the defaults', async () => {
  const { users, channels, reads, calls, leftOut, policy } = await loadChat({
    users: {
      from: 'crm.people',
      fields: { id: 'handle', name: 'handle', teams: 'settings' },
      custom: ['settings_2', { mood_emoji: 'mood', settings_3: 'more' }],
      exclude: {
        'settings.push.token': 'secret',
        'settings_2.keys[*].value': { reason: 'secret', note: 'Opens a door.' },
        password_hash: 'secret',
      },
      classes: { handle: 'third-party', settings_2: 'observed' },
    },
    channels: { ...smallChat.channels, key: 'room_no', exclude: { room_no: 'internal' } },
    reads: { from: 'room_members', fields: { channel: 'room_id', user: 'handle', last_read: 'read_until' } },
    calls: { from: 'voice.calls', fields: { id: 'id', user: 'caller' } },
    leftOut: { 'crm.notes': 'internal' },
    policy: {
      retention: '7d',
      addressLife: 90_000,
      channelsPerRequest: 100,
      usersPerRequest: 1,
      messagesPerUser: 1,
      retries: 0,
      rowsPerPart: 1,
      rateLimits: { exportStatus: 1 },
    },
  });
  const settings = { column: 'settings', omit: [['push', 'token']] };
  assert.deepEqual(users, {
    schema: 'crm',
    table: 'people',
    fields: { id: column('handle'), name: column('handle'), teams: settings },
    custom: {
      settings_2: { column: 'settings_2', omit: [['keys', '*', 'value']] },
      mood: column('mood_emoji'),
      more: column('settings_3'),
    },
    leftOut: [
      { what: 'settings.push.token', reason: 'secret', note: null },
      { what: 'settings_2.keys[*].value', reason: 'secret', note: 'Opens a door.' },
      { what: 'password_hash', reason: 'secret', note: null },
    ],
    sensitive: [],
    classes: {
      handle: 'third-party',
      settings: 'provided',
      settings_2: 'observed',
      mood_emoji: 'provided',
      settings_3: 'provided',
    },
  });
  assert.equal(channels.key, 'room_no');
  assert.deepEqual(Object.keys(channels.fields), ['id', 'type']);
  assert.equal(reads?.table, 'room_members');
  assert.equal(calls?.schema, 'voice');
  assert.deepEqual(leftOut, [{ what: 'crm.notes', reason: 'internal', note: null }]);
  assert.deepEqual(policy, {
    retentionMs: 7 * 86_400_000,
    addressLifeMs: 90_000,
    channelsPerRequest: 100,
    usersPerRequest: 1,
    messagesPerUser: 1,
    retries: 0,
    rowsPerPart: 1,
    rateLimits: { exportChannels: 60, exportUsers: 60, exportUser: 60, exportStatus: 1 },
  });
});

test('every field of the API can be mapped, and stands in the order of the API however it was written', async () => {
  const mapped = Object.fromEntries(
    Object.entries(chatFields).map(([name, fields]) => [
      name,
      {
        from: name,
        fields: Object.fromEntries(
          Object.keys(fields)
            .map((field) => [field, `the_${field}`])
            .reverse(),
        ),
      },
    ]),
  );
  const chat = await loadChat(mapped);
  for (const [name, fields] of Object.entries(chatFields)) {
    const entity = chat[name as keyof typeof chatFields];
    assert.deepEqual(Object.keys(entity?.fields ?? {}), Object.keys(fields), name);
  }
});

test('a config without a chat has none, and one with a chat needs no exports', async () => {
  assert.equal((await loadJson(small)).chat, null);
  assert.deepEqual((await loadJson(withChat({}))).exports, {});
  assert.deepEqual((await loadJson({ ...withChat({}), exports: {} })).exports, {});
  const both = await loadJson({ ...small, chat: smallChat });
  assert.deepEqual(Object.keys(both.exports), ['account']);
  assert.equal(both.chat?.source, 'main');
});

test('with several sources the chat reads the one it names', async () => {
  const sources = { main: small.sources.main, rooms: { type: 'pglite', folder: './rooms' } };
  const config = { ...withChat({ source: 'rooms' }), sources };
  assert.equal((await loadJson(config)).chat?.source, 'rooms');
});

test('the hash changes with the chat', async () => {
  const changes = [
    {},
    { users: { from: 'people', fields: { id: 'id' } } },
    { users: { ...smallChat.users, custom: ['mood'] } },
    { users: { ...smallChat.users, exclude: { mood: 'internal' } } },
    { channels: { ...smallChat.channels, key: 'kind' } },
    { policy: { messagesPerUser: 5 } },
    { leftOut: { notes: 'internal' } },
  ];
  const hashes = await Promise.all(changes.map(async (change) => (await loadJson(withChat(change))).hash));
  assert.equal(new Set(hashes).size, changes.length);
  const again = await loadJson(withChat({ policy: { retention: '60d' } }));
  assert.equal(again.hash, hashes[0]);
});

test('an editor knows the fields of the API', () => {
  const config: Config = defineConfig({
    product: small.product,
    sources: { main: { type: 'pglite', folder: './database' } },
    chat: {
      // @ts-expect-error: there is no such source
      source: 'mian',
      ...smallChat,
      // @ts-expect-error: the API calls it `name`
      users: { from: 'people', fields: { id: 'id', nam: 'handle' } },
      // @ts-expect-error: a message has a text
      messages: { from: 'posts', fields: { id: 'id', channel: 'room', user: 'author', created_at: 'at' } },
      reads: {
        from: 'read_markers',
        fields: { channel: 'room', user: 'person', last_read: 'read_until' },
        // @ts-expect-error: the API has no further columns here
        custom: ['device'],
      },
    },
  });
  assert.equal(config.exports, undefined);
});

test('the chat of the docs can be loaded', async () => {
  const docs = await readFile('docs/config.md', 'utf8');
  const [, example = ''] = /```ts\n(chat: \{[\s\S]*?)```/.exec(docs) ?? [];
  const { product, sources } = withChat({});
  const path = await writeConfig(
    'chat-of-the-docs.mjs',
    `export default { ...${JSON.stringify({ product, sources })}, ${example} };`,
  );
  const { chat } = await loadConfig(path);
  assert.ok(chat?.reactions && chat.reads && chat.calls);
});
