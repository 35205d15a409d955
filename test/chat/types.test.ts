import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatColumn } from '../../src/config/resolved.ts';
import { hasCode } from '../vault/store-contract.ts';
import { channelsRequest, exportFile, mapping, whiteRoom } from './chat-product.ts';
import { openProduct } from './opened-product.ts';
import { validLines } from './schemas.ts';

/** A value of each sort, by the type of its column. */
const values: Record<string, string> = {
  timestamptz: `'1990-02-03T04:05:06.5+02'`,
  'timestamptz(3)': `'infinity'`,
  timestamp: `'1990-02-03T04:05:06'`,
  'timestamp(3)': `'-infinity'`,
  'timestamptz(1)': `'0044-03-15T09:00:00Z BC'`,
  'timestamp(1)': `'0044-03-15T09:00:00 BC'`,
  'timestamptz(2)': `'12026-01-01T00:00:00Z'`,
  date: `'1990-02-03'`,
  time: `'04:05:06'`,
  interval: `'1 day 2 hours'`,
  bytea: `'\\x${'00ff'.repeat(60)}'`,
  bigint: '9007199254740993',
  numeric: '1.50',
  float8: `'NaN'`,
  bool: 'true',
  uuid: `'5b0f4c1e-8a52-4e0f-9b5b-8f0e6b1f6a11'`,
  'text[]': `'{a,NULL,"b c"}'`,
  jsonb: `'{"a":[1.50,null]}'`,
  json: `'{"b" : 1, "a" : "\\u00e9"}'`,
  varchar: `E'tab\\t, line\\n, quote", back\\\\, \\u2028 🦊'`,
  inet: `'10.0.0.1'`,
  'chat.mood': `'glad'`,
};
const columns = Object.entries(values).map(([type, value], index) => ({ name: `c${index}`, type, value }));
const product = await openProduct(`
  create type chat.mood as enum ('glad', 'sad');
  alter table chat.people ${columns.map(({ name, type }) => `add ${name} ${type}`).join(', ')};
  update chat.people set ${columns.map(({ name, value }) => `${name} = ${value}`).join(', ')} where id = 'alice'`);
const custom = Object.fromEntries(columns.map(({ name }) => [name, { column: name, omit: [] }]));

test('a value of any type is the same inside of another object as in an object of its own', async (t) => {
  const chat = { ...mapping, users: { ...mapping.users, custom } };
  const request = channelsRequest({ version: 'v2', exportUsers: true });
  const { text } = await exportFile(t, product.snapshot, request, { chat });
  const lines = validLines('channels-v2-line', text);
  const user = lines.find(({ type, data }) => type === 'user' && data.id === 'alice')?.data;
  const message = lines.find(({ type, data }) => type === 'message' && data.user_id === 'alice')?.data;
  assert(user);
  assert.deepEqual(message?.user, user);
  assert.equal(user.c0, '1990-02-03T02:05:06.500000Z');
  assert.equal(user.c2, '1990-02-03T04:05:06.000000');
  assert.deepEqual(
    [user.c4, user.c5, user.c6],
    ['0044-03-15T09:00:00.000000Z BC', '0044-03-15T09:00:00.000000 BC', '12026-01-01T00:00:00.000000Z'],
  );
  assert(text.includes('"c11":9007199254740993,"c12":1.50,'));
});

test('an instant without a zone is one of UTC, and one that is not finite is null', async (t) => {
  const fields: Record<string, ChatColumn> = {
    ...mapping.users.fields,
    created_at: { column: 'c2', omit: [] },
    last_active: { column: 'c1', omit: [] },
    deleted_at: { column: 'c3', omit: [] },
    updated_at: { column: 'c7', omit: [] },
  };
  const chat = { ...mapping, users: { ...mapping.users, fields } };
  const { text } = await exportFile(
    t,
    product.snapshot,
    channelsRequest({ channels: [whiteRoom], version: 'v2', exportUsers: true }),
    { chat },
  );
  const lines = validLines('channels-v2-line', text);
  const user = lines.find(({ type, data }) => type === 'user' && data.id === 'alice')?.data;
  assert.deepEqual(
    [user?.created_at, user?.last_active, user?.deleted_at, user?.updated_at],
    ['1990-02-03T04:05:06.000000Z', null, null, '1990-02-03T00:00:00.000000Z'],
  );
  assert.deepEqual(lines.find(({ type }) => type === 'message')?.data.user, user);
});

test('a path inside of what leaves as text is refused, since it would be found no more', async (t) => {
  const fields = { ...mapping.users.fields, name: { column: 'settings', omit: [['push']] } };
  const chat = { ...mapping, users: { ...mapping.users, fields } };
  await assert.rejects(
    exportFile(t, product.snapshot, channelsRequest(), { chat }),
    hasCode('config_invalid'),
  );
});
