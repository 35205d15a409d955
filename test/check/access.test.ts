import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { checkConfig } from '../../src/check/check-config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { account, brief, calls, configOf, databaseOf, only, run, schema } from './product.ts';

const role = `reader_${randomBytes(4).toString('hex')}`;
const password = 'not-used-elsewhere';
let url: string;
before(async () => {
  url = await databaseOf(`create role ${role} login password '${password}'`);
});
after(() => run(url, `drop owned by ${role}; drop role ${role}`));

/** What the role finds, that may do no more than the statements grant it. */
async function findingsOfRole(statements: string, kind: object = {}) {
  await databaseOf(schema, `grant usage on schema public to ${role}`, statements);
  const asRole = new URL(url);
  asRole.username = role;
  asRole.password = password;
  return (await checkConfig(await loadConfig(await configOf(asRole.href, kind)))).findings;
}

test('a role that may read what leaves, and no secret, is enough', async () => {
  const exclude = { settings: 'secret' };
  const include = ['id', 'account_id', 'price'];
  const grants = `grant select (id, account_id, price) on calls to ${role}; grant select on accounts to ${role}`;
  assert.deepEqual(
    await findingsOfRole(grants, { categories: { account, calls: { ...calls, include, exclude } } }),
    [],
  );
});

test('columns and tables that the role may not read are named, with the grant', async () => {
  const findings = await findingsOfRole(`grant select (id, account_id, price) on calls to ${role}`);
  assert.deepEqual(brief(findings), [
    'not-readable exports.account.categories.account.include',
    'not-readable exports.account.categories.account.belongsTo',
    'not-readable exports.account.categories.calls.include',
  ]);
  assert.equal(findings[2]?.what, `the role ${role} may not read calls.settings`);
  assert.equal(findings[2]?.cure, `grant select (settings) on calls to ${role}`);
});

test('a role that may read a view and not its table is told of what the view is made', async () => {
  const change = `create table users (id int primary key, account_id int, email text, otp text);
    create view people as select id, account_id, email, lower(otp) as note from users;
    grant select on accounts, calls, people to ${role}`;
  const leftOut = { users: 'secret' };
  const people = { from: 'people', belongsTo: 'account_id', include: ['id', 'account_id', 'email'] };
  const excluded = { ...people, exclude: { note: 'secret' } };
  assert.deepEqual(
    await findingsOfRole(change, { categories: { account, calls, people: excluded }, leftOut }),
    [],
  );
  const open = { ...people, include: [...people.include, 'note'] };
  const found = await findingsOfRole(change, { categories: { account, calls, people: open }, leftOut });
  assert.match(only(found, 'view-over-secret').what, /makes note of users\.otp/);
});

test('row-level security that binds the role is an error, as the export would fail', async () => {
  const change = `grant select on all tables in schema public to ${role}; alter table calls enable row level security;
    create policy own on calls using (account_id = 1)`;
  const { path, what, cure } = only(await findingsOfRole(change), 'row-security');
  assert.equal(path, 'exports.account.categories.calls');
  assert.match(what, /binds the role/);
  assert.equal(cure, `alter role ${role} bypassrls, or read with a role that has it`);
});
