import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, calls, findingsOf, only } from './product.ts';

const users = {
  from: 'users',
  belongsTo: 'account_id',
  include: ['id', 'account_id', 'email'],
  exclude: { otp: 'secret', otp_required: 'internal' },
};
const table = `create table users (id int primary key, account_id int, email text, otp text, otp_required boolean);
  create index on users (account_id)`;
const view = (columns: string[]) => ({ from: 'people', belongsTo: 'account_id', include: columns });

/** What a check finds of a category that reads this view. */
const found = (sql: string, columns: string[]) =>
  findingsOf([table, sql], { categories: { account, calls, users, people: view(columns) } });

test('a view that hands a secret out is an error, under whatever name and however deep', async () => {
  for (const sql of [
    'create view people as select id, account_id, otp from users',
    'create view people as select id, account_id, otp as note from users',
    "create view people as select id, account_id, 'x' || lower(otp) as note from users",
    'create view inner_people as select *, otp as hidden from users; create view people as select id, account_id, hidden as note from inner_people',
    'create view people as select id, account_id, max(otp) as note from users group by id, account_id',
    'create view people as select id, account_id, otp as note from users union all select id, account_id, email from users',
    'create materialized view people as select id, account_id, otp as note from users; create index on people (account_id)',
  ]) {
    const last = /\botp from users$/.test(sql) ? 'otp' : 'note';
    const exclude = last === 'otp' ? { allowSensitive: { otp: 'This test has to load this config.' } } : {};
    const findings = await findingsOf([table, sql], {
      categories: { account, calls, users, people: { ...view(['id', 'account_id', last]), ...exclude } },
    });
    const { path, what } = only(
      findings.filter(({ rule }) => rule === 'view-over-secret'),
      'view-over-secret',
    );
    assert.equal(path, 'exports.account.categories.people.include', sql);
    assert.match(what, new RegExp(`makes ${last} of users\\.otp, which is excluded as a secret`), sql);
  }
});

test('a view does not get a column of the deny class past its name, nor a path past its exclusion', async () => {
  const sql = `create table vault (id int primary key, account_id int, password_hash text, api_key text, settings jsonb);
    create view people as select id, account_id, password_hash as note, api_key, settings from vault;
    create index on vault (account_id)`;
  const vault = {
    from: 'vault',
    belongsTo: 'account_id',
    include: ['id', 'account_id', 'settings'],
    exclude: { 'settings.smtp.secret': 'secret', password_hash: 'internal', api_key: 'internal' },
  };
  const people = {
    ...view(['id', 'account_id', 'note', 'api_key', 'settings']),
    allowSensitive: { api_key: 'The customer made it and needs it to go on.' },
  };
  const findings = await findingsOf(sql, { categories: { account, calls, vault, people } });
  assert.deepEqual(
    findings.map(({ what }) => what),
    [
      'the view people makes note of vault.password_hash, which is of the deny class password',
      'the view people makes settings of vault.settings, which is excluded as a secret',
    ],
  );
  const cut = { ...people, exclude: { note: 'secret', 'settings.smtp.secret': 'secret' } };
  cut.include = people.include.filter((name) => name !== 'note');
  assert.deepEqual(await findingsOf(sql, { categories: { account, calls, vault, people: cut } }), []);
});

test('a view that hands whole rows out hands out what is secret in them, and of other tables nothing', async () => {
  for (const sql of [
    'create view people as select id, account_id, to_jsonb(users) as note from users',
    'create view people as select "U s".id, "U s".account_id, row_to_json("U s") as note from users "U s"',
    'create view people as select a.id, a.id as account_id, (select to_json(u) from users u where u.id = a.id) as note from accounts a',
    'create view people as select a.id, a.id as account_id, u::text as note from accounts a cross join users u',
    'create materialized view people as select id, account_id, users as note from users; create index on people (account_id)',
  ]) {
    const findings = await found(sql, ['id', 'account_id', 'note']);
    const [{ path, what } = assert.fail(sql)] = findings.filter(({ rule }) => rule === 'view-over-secret');
    assert.equal(path, 'exports.account.categories.people.include', sql);
    assert.match(what, /makes note of users\.otp, which is excluded as a secret/, sql);
  }
  const harmless = `create view people as select u.id, u.account_id, to_json(a) as note
    from users u join accounts a on a.id = u.account_id`;
  assert.deepEqual(await found(harmless, ['id', 'account_id', 'note']), []);
});

test('a view of which the database does not tell where the secret is, is an error once', async () => {
  const sql = `create view people as with w as materialized (select id, account_id, otp as b from users)
    select id, account_id, b as note from w`;
  const { path, what } = only(await found(sql, ['id', 'account_id', 'note']), 'view-over-secret');
  assert.equal(path, 'exports.account.categories.people');
  assert.match(what, /does not tell which of its columns are made of it/);
});

test('a view that only looks at a secret, or has no part in it, is fine', async () => {
  for (const sql of [
    'create view people as select id, account_id, email from users where otp is not null',
    'create view people as select id, account_id, email, otp_required from users',
    'create view people as select u.id, u.account_id, a.name as email from users u join accounts a on a.id = u.account_id',
  ]) {
    const columns = sql.includes('otp_required')
      ? ['id', 'account_id', 'email', 'otp_required']
      : ['id', 'account_id', 'email'];
    assert.deepEqual(await found(sql, columns), [], sql);
  }
});
