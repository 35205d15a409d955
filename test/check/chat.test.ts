import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../src/check/check-config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { brief, configOf, databaseOf } from './product.ts';

const tables = `
  create table people (handle text primary key, name text);
  create table rooms (id int primary key, slug text, kind text, unique (kind, slug));
  create table members (room_id int, handle text, primary key (room_id, handle)); create index on members (handle);
  create table posts (id int primary key, room_id int, author text, body text, posted_at timestamptz, answers_to int);
  create index on posts (room_id); create index on posts (author); create index on posts (answers_to)`;

const chat = {
  users: { from: 'people', fields: { id: 'handle', name: 'name' } },
  channels: { from: 'rooms', key: 'id', fields: { id: 'slug', type: 'kind' }, exclude: { id: 'internal' } },
  members: { from: 'members', fields: { channel: 'room_id', user: 'handle' } },
  messages: {
    from: 'posts',
    fields: {
      id: 'id',
      channel: 'room_id',
      user: 'author',
      text: 'body',
      created_at: 'posted_at',
      parent_id: 'answers_to',
    },
  },
};

async function found(change: string, more: object = {}) {
  const url = await databaseOf(tables, change);
  const path = await configOf(url, {}, { exports: {}, chat: { ...chat, ...more } });
  return (await checkConfig(await loadConfig(path))).findings;
}

test('a chat that fits its database has no findings', async () => {
  assert.deepEqual(await found(''), []);
});

test('columns and tables that are new, gone or left out are found at the entities', async () => {
  const findings = await found(
    `alter table posts add column mood text; alter table people drop column name;
    create table devices (id int primary key, handle text references people);
    create table room_pins (id int primary key, room_id int)`,
    { leftOut: { sessions: 'secret' } },
  );
  assert.deepEqual(brief(findings), [
    'column-missing chat.users.fields.name',
    'column-unclassified chat.messages',
    'exclusion-missing chat.leftOut.sessions',
    'table-unlisted chat',
    'table-unlisted chat',
  ]);
});

test('fields whose columns cannot become what the API has, and keys that cannot be compared, are named', async () => {
  const findings = await found(
    `alter table posts alter posted_at type int using 1, alter author type int using 1;
    alter table members alter room_id type uuid using null`,
  ).catch((error) => assert.fail(error));
  assert.deepEqual(brief(findings), [
    'type-mismatch chat.messages.fields.created_at',
    'type-mismatch chat.members.fields.channel',
    'type-mismatch chat.messages.fields.user',
  ]);
  assert.match(findings[0]?.what ?? '', /posts\.posted_at is integer, of which no created_at can be made/);
});

test('the indexes by which the server door finds rows are asked for', async () => {
  const findings = await found(
    'drop index posts_author_idx; alter table rooms drop constraint rooms_kind_slug_key',
  );
  assert.deepEqual(
    findings.map(({ rule, cure }) => `${rule}: ${cure}`),
    [
      'no-index: create index concurrently on rooms (slug, kind)',
      'no-index: create index concurrently on posts (author)',
    ],
  );
});
