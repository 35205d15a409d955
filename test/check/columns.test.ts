import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, brief, calls, findingsOf, only } from './product.ts';

const at = 'exports.account.categories.calls';

test('a config that fits its database has no findings', async () => {
  assert.deepEqual(await findingsOf([]), []);
});

test('a column that nobody has classified is named, with the reason that its name suggests', async () => {
  const findings = await findingsOf('alter table calls add column sso_token text');
  const { level, path, what, cure, line } = only(findings, 'column-unclassified');
  assert.equal(level, 'error');
  assert.equal(path, at);
  assert.equal(what, 'nobody has said whether the column calls.sso_token (text) leaves, so it stays');
  assert.equal(cure, "include it in calls, or exclude it, e.g. sso_token: 'secret'");
  assert.ok(line && line > 1);
});

test('a column of which only a path is excluded, or that is excluded whole, is classified', async () => {
  const change =
    'alter table calls add column trace jsonb, add column made int generated always as (id + 1) stored';
  const exclude = { 'settings.smtp.password': 'secret', trace: 'internal', made: 'derived' };
  assert.deepEqual(await findingsOf(change, { categories: { account, calls: { ...calls, exclude } } }), []);
});

test('a generated column leaves like any other', async () => {
  const change = 'alter table calls add column made int generated always as (id + 1) stored';
  const include = [...calls.include, 'made'];
  assert.deepEqual(await findingsOf(change, { categories: { account, calls: { ...calls, include } } }), []);
});

test('a column that is gone is named where the config names it, with what it may be called now', async () => {
  const findings = await findingsOf('alter table calls rename price to prices');
  assert.deepEqual(brief(findings), [`column-unclassified ${at}`, `column-missing ${at}.include`]);
  assert.equal(findings[1]?.what, 'there is no column calls.price; did you mean `prices`');
});

test('an exclusion, an order and a subject of a column that is gone are named', async () => {
  const categories = {
    account: {
      ...account,
      orderBy: ['code'],
      exclude: { code: 'internal', 'old.token': 'secret', old: 'secret' },
    },
    calls,
  };
  delete (categories.account.exclude as Record<string, string>)['old.token'];
  const findings = await findingsOf([], { categories, subject: { table: 'accounts', column: 'uid' } });
  assert.deepEqual(brief(findings).sort(), [
    'column-missing exports.account.categories.account.orderBy',
    'column-missing exports.account.subject.column',
    'exclusion-missing exports.account.categories.account.exclude.code',
    'exclusion-missing exports.account.categories.account.exclude.old',
    'order-not-unique exports.account.categories.account.orderBy',
  ]);
});

test('a path into a column that is no JSON any more is named at the path', async () => {
  const exclude = { 'settings.smtp.password': 'secret' };
  const findings = await findingsOf('alter table calls alter settings type text', {
    categories: { account, calls: { ...calls, exclude } },
  });
  const { path, what, cure } = only(findings, 'type-mismatch');
  assert.equal(path, `${at}.exclude["settings.smtp.password"]`);
  assert.equal(what, 'calls.settings is text, and only JSON has paths to leave out');
  assert.match(cure, /settings: 'secret'/);
});

test('a column that leaves and looks like a secret is a warning, until somebody says why it leaves', async () => {
  const change = 'alter table calls add column recording_url text';
  const include = [...calls.include, 'recording_url'];
  const { level, what, cure } = only(
    await findingsOf(change, { categories: { account, calls: { ...calls, include } } }),
    'secret-looking',
  );
  assert.equal(level, 'warning');
  assert.match(what, /^calls\.recording_url leaves with calls and may be a secret: .*\?$/);
  assert.match(cure, /allowSensitive: \{ recording_url: '…' \}/);
  const allowSensitive = { recording_url: 'It opens the recording of one call, for its owner.' };
  assert.deepEqual(
    await findingsOf(change, { categories: { account, calls: { ...calls, include, allowSensitive } } }),
    [],
  );
});

test('tables and columns with odd names are compared as they are written', async () => {
  const change = `create schema "Sales Dept"; create table "Sales Dept"."Order" ("select" int primary key,
    "accountId" int, "a""b" text, "Grüße" text); create index on "Sales Dept"."Order" ("accountId")`;
  const orders = {
    from: '"Sales Dept"."Order"',
    belongsTo: 'accountId',
    include: ['select', 'accountId', 'a"b'],
    orderBy: ['select'],
  };
  const findings = await findingsOf(change, { categories: { account, calls, orders } });
  assert.equal(
    only(findings, 'column-unclassified').what,
    'nobody has said whether the column Sales Dept.Order.Grüße (text) leaves, so it stays',
  );
});

test('a part of a composite that is a secret is left out by its path', async () => {
  const change = `create type login as (name text, password text);
    alter table calls add column line login, add column "lines" login[]`;
  const include = [...calls.include, 'line', 'lines'];
  const exclude = { 'line.password': 'secret' };
  const found = await findingsOf(change, { categories: { account, calls: { ...calls, include, exclude } } });
  const { what, cure } = only(found, 'made-of-secret');
  assert.equal(what, 'calls.lines leaves with calls, and its part password is a secret by its name');
  assert.match(cure, /'lines\.password': 'secret'/);
});

test('a column that is generated from a secret does not get it past its name', async () => {
  const change = `alter table calls add column sip_password text, add column pin int, add column "Code" text,
    add column line text generated always as ('sip:' || sip_password) stored,
    add column label text generated always as ("Code" || '!') stored,
    add column has_line boolean generated always as (sip_password is not null) stored,
    add column about text generated always as (id || settings::text) stored`;
  const include = [...calls.include, 'line', 'label', 'has_line', 'about'];
  const exclude = { sip_password: 'internal', pin: 'secret', Code: 'secret' };
  const findings = await findingsOf(change, {
    categories: { account, calls: { ...calls, include, exclude } },
  });
  assert.deepEqual(
    findings.map(({ rule, what }) => `${rule} ${what}`),
    [
      'made-of-secret calls.line leaves with calls and is generated from calls.sip_password, which is a secret',
      'made-of-secret calls.label leaves with calls and is generated from calls.Code, which is a secret',
    ],
  );
});
