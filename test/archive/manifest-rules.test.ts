import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesOfChat, rulesOfKind } from '../../src/archive/manifest-rules.ts';
import { defineConfig } from '../../src/config/define.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { whatLeaves } from '../../src/config/what-leaves.ts';
import { channelsRequest } from '../chat/chat-product.ts';

const config = defineConfig({
  product: { name: 'Testware', language: 'de' },
  version: '2026-11-26',
  sources: { main: { type: 'postgres', url: 'postgres://127.0.0.1:1/nothing' } },
  exports: {
    account: {
      subject: { table: 'accounts', column: 'id' },
      categories: {
        calls: {
          from: 'calls',
          belongsTo: 'account_id',
          include: ['id', { to_number: 'to' }, 'cost'],
          exclude: {
            account_id: 'internal',
            note: { reason: 'third-party', note: { en: 'Theirs', de: 'Von anderen' } },
          },
          class: 'observed',
          classes: { cost: 'derived' },
          where: 't.fraud_score < 3',
          whereReason: { en: 'Blocked calls stay.', de: 'Gesperrte Anrufe bleiben.' },
        },
      },
      leftOut: { sessions: 'secret' },
    },
  },
  chat: {
    users: { from: 'people', fields: { id: 'handle' }, custom: ['city'], exclude: { email: 'internal' } },
    channels: { from: 'rooms', fields: { id: 'slug', type: 'kind' } },
    members: { from: 'room_members', fields: { channel: 'room_id', user: 'handle' } },
    messages: {
      from: 'posts',
      fields: { id: 'id', channel: 'room_id', user: 'author', text: 'body', created_at: 'posted_at' },
    },
    calls: { from: 'voice_calls', fields: { id: 'id', user: 'caller' } },
  },
});

test('a manifest says of a category what leaves, of which class, what stays and why, and names the rule without its SQL', async () => {
  const resolved = await resolveConfig(config, 'handover.config.ts');
  const kind = resolved.exports.account;
  assert.ok(kind);
  const rules = rulesOfKind(resolved, kind);
  assert.deepEqual(rules, {
    config: { version: '2026-11-26', hash: resolved.hash },
    categories: [
      {
        name: 'calls',
        rule: { name: 'exports.account.categories.calls.where', words: 'Gesperrte Anrufe bleiben.' },
        fields: [
          { key: 'id', column: 'id', class: 'observed' },
          { key: 'to', column: 'to_number', class: 'observed' },
          { key: 'cost', column: 'cost', class: 'derived' },
        ],
        excluded: [
          { what: 'account_id', reason: 'internal', note: null },
          { what: 'note', reason: 'third-party', note: 'Von anderen' },
        ],
      },
    ],
    entities: [],
    leftOut: [{ what: 'sessions', reason: 'secret', note: null }],
  });
  assert.deepEqual(
    rules.categories.map(({ fields }) => fields),
    whatLeaves(kind).map(({ fields }) =>
      fields.map(({ key, column, class: kind }) => ({ key, column, class: kind })),
    ),
  );
  assert.equal(JSON.stringify(rules).includes('fraud_score'), false);
});

test('a manifest of the server door says it of each entity that the request reads', async () => {
  const resolved = await resolveConfig(config, 'handover.config.ts');
  assert.ok(resolved.chat);
  const { entities } = rulesOfChat(resolved, resolved.chat, channelsRequest());
  assert.deepEqual(
    entities.map(({ name }) => name),
    ['users', 'channels', 'members', 'messages'],
  );
  assert.deepEqual(entities[0], {
    name: 'users',
    fields: [
      { key: 'id', column: 'handle', class: 'provided' },
      { key: 'city', column: 'city', class: 'provided' },
    ],
    excluded: [{ what: 'email', reason: 'internal', note: null }],
  });
});
