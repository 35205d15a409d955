import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../src/check/check-config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { account, brief, calls, configOf, databaseOf, findingsOf, only, schema } from './product.ts';

test('a new table with rows of the subject is named, whether its key is declared or only called so', async () => {
  const findings = await findingsOf(`
    create table invoices (id int primary key, account_id int references accounts);
    create table invoice_lines (id int primary key, "invoiceId" int);
    create table countries (id int primary key, name text)`);
  assert.deepEqual(brief(findings), [
    'table-unlisted exports.account.categories',
    'table-unlisted exports.account.categories',
  ]);
  const [first, second] = findings;
  assert.match(
    first?.what ?? '',
    /table invoices leaves, whose rows belong to one of accounts by account_id/,
  );
  assert.match(second?.what ?? '', /invoice_lines .* by invoiceId through invoices, going by its name/);
  assert.match(first?.cure ?? '', /leftOut: \{ invoices: 'internal' \}/);
});

test('a table that is exported or left out is not new, in whatever schema it is', async () => {
  const change = `create schema crm; create table crm.notes (id int primary key, account_id int);
    create table sessions (id int primary key, account_id int)`;
  const leftOut = { 'crm.notes': 'internal', sessions: 'secret' };
  assert.deepEqual(await findingsOf(change, { leftOut }), []);
});

test('a table that is gone is named, as a category, a step and left out', async () => {
  const belongsTo = { column: 'account_id', through: [{ table: 'campaigns', on: { campaign_id: 'id' } }] };
  const findings = await findingsOf([], {
    categories: { account, calls, cals: { ...calls, from: 'cals' }, more: { ...calls, belongsTo } },
    leftOut: { sessions: 'secret' },
  });
  const c = 'exports.account.categories';
  assert.deepEqual(brief(findings), [
    `table-missing ${c}.cals.from`,
    `table-missing ${c}.more.belongsTo.through[0].table`,
    'exclusion-missing exports.account.leftOut.sessions',
  ]);
  assert.match(findings[0]?.what ?? '', /did you mean `calls`/);
});

test('columns that are joined, compared or called a way are looked at', async () => {
  const change = `create table campaigns (id uuid primary key, account_id int, kind int);
    create index on campaigns (account_id);
    create table steps (id int primary key, campaign_id text, owner_id int); create index on steps (campaign_id);
    create index on steps (owner_id)`;
  const through = (on: object, is: object) => ({ table: 'campaigns', on, is });
  const step = { from: 'steps', include: ['id', 'campaign_id', 'owner_id'] };
  const findings = await findingsOf(change, {
    categories: {
      account,
      calls,
      campaigns: { from: 'campaigns', belongsTo: 'account_id', include: ['id', 'account_id', 'kind'] },
      steps: {
        ...step,
        belongsTo: {
          anyOf: [
            { column: 'account_id', through: [through({ campaign_id: 'id' }, { kind: 'big' })] },
            { column: 'owner', is: { campain_id: '1' } },
            {
              column: 'account',
              through: [through({ campaign_id: 'uid' }, {})].map(({ table, on }) => ({ table, on })),
            },
          ],
        },
      },
    },
  });
  const b = 'exports.account.categories.steps.belongsTo.anyOf';
  assert.deepEqual(brief(findings), [
    `type-mismatch ${b}[0].through[0].on.campaign_id`,
    `type-mismatch ${b}[0].through[0].is.kind`,
    `column-missing ${b}[1].is.campain_id`,
    `column-missing ${b}[1].column`,
    `column-missing ${b}[2].through[0].on.campaign_id`,
    `column-missing ${b}[2].column`,
  ]);
  assert.match(
    findings[0]?.what ?? '',
    /steps\.campaign_id is text and campaigns\.id is uuid, which cannot be compared/,
  );
  assert.match(findings[1]?.what ?? '', /'big' is no value of campaigns\.kind \(integer\)/);
});

test('columns of different types that can be compared are left alone', async () => {
  const change = `create table campaigns (id bigint primary key, account_id varchar(9));
    create index on campaigns (account_id);
    create table steps (id int primary key, campaign_id smallint); create index on steps (campaign_id)`;
  const belongsTo = { column: 'account_id', through: [{ table: 'campaigns', on: { campaign_id: 'id' } }] };
  const categories = {
    account,
    calls,
    campaigns: { from: 'campaigns', belongsTo: 'account_id', include: ['id', 'account_id'] },
    steps: { from: 'steps', belongsTo, include: ['id', 'campaign_id'] },
  };
  assert.deepEqual(await findingsOf(change, { categories }), []);
});

test('a predicate that the server refuses is named', async () => {
  const categories = { account, calls: { ...calls, where: 't.scrubbed_at is null' } };
  const { path, what } = only(await findingsOf([], { categories }), 'predicate-refused');
  assert.equal(path, 'exports.account.categories.calls.where');
  assert.match(what, /column t\.scrubbed_at does not exist/);
});

test('a way that compares what has no equality is named', async () => {
  const belongsTo = { column: 'account_id', is: { settings: '{}' } };
  const change = 'alter table calls alter settings type json';
  const { path, what } = only(
    await findingsOf(change, { categories: { account, calls: { ...calls, belongsTo } } }),
    'type-mismatch',
  );
  assert.equal(path, 'exports.account.categories.calls.belongsTo');
  assert.match(what, /operator does not exist/);
});

test('the rows of a table that inherits leave with its parent, unless each stands for itself', async () => {
  const change = `create table calls_archive (archived_at date) inherits (calls);
    alter table calls_archive add primary key (id); create index on calls_archive (account_id)`;
  const findings = await findingsOf(change);
  const finding = findings.find(({ rule }) => rule === 'rows-of-children');
  assert.match(finding?.what ?? '', /columns of its own that nobody has classified \(archived_at\)/);
  assert.match(finding?.cure ?? '', /add `only: true` to calls, and a category for calls_archive/);

  const archive = { ...calls, from: 'calls_archive', include: [...calls.include, 'archived_at'] };
  const twice = await findingsOf(change, { categories: { account, calls, archive } });
  assert.match(twice.find(({ rule }) => rule === 'rows-of-children')?.what ?? '', /leave twice/);

  const apart = { account, calls: { ...calls, only: true }, archive };
  assert.deepEqual(await findingsOf(change, { categories: apart }), []);
});

test('a table that inherits and has nothing of its own leaves with its parent', async () => {
  const findings = await findingsOf(
    `create table calls_2020 () inherits (calls); create index on calls_2020 (account_id)`,
  );
  assert.deepEqual(brief(findings), ['no-key exports.account.categories.calls.orderBy']);
});

test('a partitioned table is read whole, and has no rows of its own', async () => {
  const change = `create table events (id int, account_id int, at date, primary key (id, at)) partition by range (at);
    create table events_1 partition of events default; create index on events_1 (account_id)`;
  const events = {
    from: 'events',
    belongsTo: 'account_id',
    include: ['id', 'account_id', 'at'],
    orderBy: ['id', 'at'],
  };
  assert.deepEqual(await findingsOf(change, { categories: { account, calls, events } }), []);
  const wrong = await findingsOf(change, {
    categories: { account, calls, events: { ...events, only: true } },
  });
  assert.equal(only(wrong, 'no-rows-of-its-own').path, 'exports.account.categories.events.only');
});

test('only the kinds that are named are checked, and a kind that is not there is refused', async () => {
  const url = await databaseOf(schema, 'alter table calls add column more text');
  const config = await loadConfig(await configOf(url));
  assert.equal((await checkConfig(config, ['account'])).findings.length, 1);
  await assert.rejects(checkConfig(config, ['acount']), /no exports of kind "acount". It has: account/);
});

test('a database that cannot be reached is said to be needed', async () => {
  const config = await loadConfig(await configOf('postgres://nobody@127.0.0.1:9/none'));
  await assert.rejects(checkConfig(config), (error: Error) => {
    assert.match(error.message, /The source `main` cannot be checked: The source database cannot be reached/);
    assert.match(error.message, /In CI, migrate an empty one/);
    return true;
  });
});
