import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf, loadJson, refusal, refuse, small, withCategory } from './written-config.ts';

test('every problem is named at once, with its path', async () => {
  const error = await refusal(
    loadJson({ ...small, product: { nam: 'H' }, sources: { main: { type: 'mysql' } }, extra: 1 }),
  );
  assert.match(error.message, /config-\d+\.json has 4 problems:\n/);
  assert.deepEqual(
    (error.details.problems as { path: string }[]).map(({ path }) => path),
    ['product.name', 'product.nam', 'sources.main.type', 'extra'],
  );
});

test('no refusal repeats an address, which may hold a password', async () => {
  const message = await refuse({
    ...small,
    sources: { main: { type: 'postgres', url: 'mysql://u:hunter2@h/d' } },
  });
  assert.match(message, /sources\.main\.url: expected an address that begins with postgres:\/\//);
  assert.doesNotMatch(message, /hunter2/);
});

const at = 'exports.account.categories.calls';
const nested = { column: 'account_id', through: [{ table: 'campaigns', on: { campaign_id: 'id' } }] };

/** What is wrong, the path that has to be named, and what else the line has to say. */
const wrongCategories: [title: string, change: object, path: string, words: string][] = [
  [
    'a number',
    { belongsTo: 3 },
    'belongsTo',
    "expected the column that holds the subject's id, e.g. belongsTo: 'account_id'",
  ],
  ['nothing', { belongsTo: undefined }, 'belongsTo', "e.g. belongsTo: 'account_id'"],
  ['a blank', { belongsTo: ' ' }, 'belongsTo', "e.g. belongsTo: 'account_id'"],
  ['no hops', { belongsTo: { ...nested, through: [] } }, 'belongsTo.through', "e.g. [{ table: 'campaigns'"],
  [
    'a hop on nothing',
    { belongsTo: { ...nested, through: [{ table: 'a', on: {} }] } },
    'belongsTo.through[0].on',
    "e.g. { campaign_id: 'id' }",
  ],
  ['a hop misspelt', { belongsTo: { ...nested, trough: [] } }, 'belongsTo.trough', 'did you mean `through`?'],
  ['no way', { belongsTo: { anyOf: [] } }, 'belongsTo.anyOf', "e.g. anyOf: ['sender_id', 'recipient_id']"],
  [
    'a way of no kind',
    { belongsTo: { anyOf: ['a', 3, {}] } },
    'belongsTo.anyOf[1]',
    "expected the column that holds the subject's id",
  ],
  ['a way misspelt', { belongsTo: { anyof: ['a'] } }, 'belongsTo.anyof', 'no such setting'],
  [
    'a hop of a way misspelt',
    { belongsTo: { anyOf: ['a', { ...nested, trough: [] }] } },
    'belongsTo.anyOf[1].trough',
    'did you mean `through`?',
  ],
  [
    'a constant that is a number',
    { belongsTo: { column: 'a', is: { kind: 3 } } },
    'belongsTo.is.kind',
    "e.g. is: { owner_type: 'User' }",
  ],
  [
    'a constant with a NUL',
    { belongsTo: { column: 'a', is: { kind: 'a\0b' } } },
    'belongsTo.is.kind',
    'expected a value as a text',
  ],
  ['no constants', { belongsTo: { column: 'a', is: {} } }, 'belongsTo.is', 'at least one entry'],
  ['only untrue', { only: false }, 'only', 'e.g. only: true'],
  ['a class misspelt', { class: 'third party' }, 'class', 'did you mean `third-party`?'],
  ['a class of what stays', { classes: { started: 'observed' } }, 'classes.started', 'does not leave'],
  [
    'a password',
    { include: ['id', 'password_hash'] },
    'include[1]',
    "exclude: { password_hash: 'secret' }, or say why it must leave, e.g. allowSensitive: { password_hash: '…' }",
  ],
  ['a renamed password', { include: ['id', { PasswordHash: 'check' }] }, 'include[1]', 'of the deny class'],
  [
    'a short reason for a password',
    { include: ['id', 'password'], allowSensitive: { password: 'we must' } },
    'allowSensitive.password',
    'in at least 20 letters',
  ],
  [
    'a blank reason for a password',
    { include: ['id', 'password'], allowSensitive: { password: ' '.repeat(30) } },
    'allowSensitive.password',
    'in at least 20 letters',
  ],
  [
    'a reason for a password that stays',
    { exclude: { password: 'secret' }, allowSensitive: { password: 'They ask for it so often.' } },
    'allowSensitive.password',
    '`password` does not leave; remove it',
  ],
  [
    'a reason for what is no secret',
    { allowSensitive: { started_at: 'They ask for it so often.' } },
    'allowSensitive.started_at',
    'needs no reason',
  ],
  ['three names', { from: 'a.b.c' }, 'from', "e.g. 'calls'"],
  ['no table', { from: undefined }, 'from', "expected a table, or schema.table, e.g. 'calls'"],
  ['no columns', { include: [] }, 'include', "e.g. include: ['id', 'created_at']"],
  ['no list', { include: 'id' }, 'include', "e.g. include: ['id', 'created_at']"],
  ['a null column', { include: ['id', null] }, 'include[1]', "e.g. { e164: 'number' }"],
  ['a column twice', { include: ['id', 'a', { a: 'b' }] }, 'include[2]', '`a` is included twice'],
  [
    'a key twice',
    { include: ['id', 'user_id', 'userId'] },
    'include[2]',
    '`user_id` already leaves as `userId`',
  ],
  ['a column in and out', { exclude: { id: 'internal' } }, 'exclude.id', 'also included'],
  ['a reason misspelt', { exclude: { a: 'third party' } }, 'exclude.a', 'did you mean `third-party`?'],
  [
    'a reason without words',
    { exclude: { a: { reason: 'secret' } } },
    'exclude.a.note',
    "e.g. { en: 'Calls', de: 'Anrufe' }",
  ],
  ['a path that cannot be read', { exclude: { 'id[': 'secret' } }, 'exclude["id["]', 'gateways[*].secret'],
  [
    'a path into what stays',
    { exclude: { 'settings.token': 'secret' } },
    'exclude["settings.token"]',
    "e.g. settings: 'secret'",
  ],
  ['no id to order by', { include: ['uid'] }, 'orderBy', "e.g. orderBy: ['uid']"],
  ['an order misspelt', { orderBy: ['started_on'] }, 'orderBy[0]', 'did you mean `started_at`?'],
  ['an order by nothing', { orderBy: [] }, 'orderBy', "e.g. orderBy: ['id']"],
  [
    'a reason for no predicate',
    { whereReason: 'because' },
    'whereReason',
    "e.g. where: 't.deleted_at is null'",
  ],
  ['an empty predicate', { where: '' }, 'where', "e.g. where: 't.deleted_at is null'"],
  ['a title in another language', { title: { de: 'Anrufe' } }, 'title', "e.g. { en: '…' }"],
  ['a title in no language', { title: { english: 'Calls' } }, 'title.english', 'a language tag such as en'],
  ['a number for a title', { title: { en: 1 } }, 'title.en', 'expected a text in this language'],
  ['a setting misspelt', { wher: 'x' }, 'wher', 'did you mean `where`?'],
  ['a setting made up', { encryption: true }, 'encryption', 'known here: from, only, title,'],
];

for (const [title, change, path, words] of wrongCategories) {
  test(`a category with ${title} is refused at ${path}`, async () => {
    const line = lineOf(await refuse(withCategory(change)), `${at}${path.startsWith('[') ? '' : '.'}${path}`);
    assert.ok(line.includes(words), line);
  });
}

const wrongKinds: [change: object, path: string, words: string][] = [
  [{ door: 'front' }, 'door', "e.g. door: 'account'"],
  [{ source: 'mian' }, 'source', 'did you mean `main`?'],
  [{ subject: 'account' }, 'subject', "e.g. subject: { table: 'account', column: 'id' }"],
  [{ subject: { table: 'account' } }, 'subject.column', "e.g. column: 'id'"],
  [{ categories: {} }, 'categories', 'at least one entry'],
  [
    { categories: { '1st': small.exports.account.categories.calls } },
    'categories["1st"]',
    'beginning with a letter',
  ],
  [{ leftOut: { 'public.calls': 'internal' } }, 'leftOut["public.calls"]', 'leaves as category `calls`'],
  [{ policy: { cooldown: '1 day' } }, 'policy.cooldown', "'7d', or 0 for none, e.g. cooldown: '24h'"],
  [{ policy: { cooldown: -1 } }, 'policy.cooldown', "e.g. cooldown: '24h'"],
  [{ policy: { downloadWindow: 0 } }, 'policy.downloadWindow', "e.g. downloadWindow: '24h'"],
  [{ policy: { retries: 1.5 } }, 'policy.retries', 'expected a whole number, at least 0, e.g. retries: 5'],
  [{ policy: { rowsPerPart: 0 } }, 'policy.rowsPerPart', 'at least 1'],
  [{ policy: { confirmByEmail: 'no' } }, 'policy.confirmByEmail', 'e.g. confirmByEmail: true'],
  [{ policy: { cooldwn: '1h' } }, 'policy.cooldwn', 'did you mean `cooldown`?'],
];

for (const [change, path, words] of wrongKinds) {
  test(`an export with ${JSON.stringify(change).slice(0, 60)} is refused at ${path}`, async () => {
    const wrong = { ...small, exports: { account: { ...small.exports.account, ...change } } };
    const line = lineOf(await refuse(wrong), `exports.account.${path}`);
    assert.ok(line.includes(words), line);
  });
}

const wrongConfigs: [change: object, path: string, words: string][] = [
  [{ product: undefined }, 'product', "e.g. product: { name: 'Hallomoor' }"],
  [{ product: { name: '' } }, 'product.name', "e.g. name: 'Hallomoor'"],
  [{ product: { name: 'H', accentColor: 'teal' } }, 'product.accentColor', "e.g. accentColor: '#0b7285'"],
  [{ product: { name: 'H', support: 'call us' } }, 'product.support', "e.g. support: 'help@example.com'"],
  [{ product: { name: 'H', language: 'tlh' } }, 'product.language', 'en, de'],
  [{ sources: {} }, 'sources', 'at least one entry'],
  [{ sources: { main: { type: 'pglite' } } }, 'sources.main.folder', "e.g. folder: './database'"],
  [{ sources: { main: { type: 'postgres' } } }, 'sources.main.url', 'url: process.env.SOURCE_DATABASE_URL'],
  [
    { sources: { a: small.sources.main, b: small.sources.main } },
    'exports.account.source',
    "e.g. source: 'a'",
  ],
  [{ exports: {} }, 'exports', 'at least one entry'],
  [{ version: 3 }, 'version', "e.g. version: '2026-11-26'"],
];

for (const [change, path, words] of wrongConfigs) {
  test(`a config with ${JSON.stringify(change).slice(0, 60)} is refused at ${path}`, async () => {
    const line = lineOf(await refuse({ ...small, ...change }), path);
    assert.ok(line.includes(words), line);
  });
}

test('a config that is no object is refused', async () => {
  assert.match(await refuse('hello'), /expected an object, e\.g\. export default defineConfig/);
});
