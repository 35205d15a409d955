import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, calls, findingsOf, only } from './product.ts';

test('a category without an index for its read is a warning that says which one, and what a read costs', async () => {
  const findings = await findingsOf(
    [
      'create table notes (id int primary key, account_id int)',
      `insert into notes select i, i % 50 from generate_series(1, 5000) i; analyze notes`,
    ],
    {
      categories: {
        account,
        calls,
        notes: { from: 'notes', belongsTo: 'account_id', include: ['id', 'account_id'] },
      },
    },
  );
  const { level, path, what, cure } = only(findings, 'no-index');
  assert.equal(level, 'warning');
  assert.equal(path, 'exports.account.categories.notes');
  assert.match(
    what,
    /^no index of notes finds the rows of notes, so each export reads all of its 5,000 rows; a read of notes costs \d+$/,
  );
  assert.equal(cure, 'create index concurrently on notes (account_id)');
});

test('a table with few rows needs no index, one without statistics does', async () => {
  const notes = { from: 'notes', belongsTo: 'account_id', include: ['id', 'account_id'] };
  const table = 'create table notes (id int primary key, account_id int)';
  const categories = { account, calls, notes };
  assert.match(only(await findingsOf(table, { categories }), 'no-index').what, /reads all its rows/);
  const filled = [table, 'insert into notes values (1, 1); analyze notes'];
  assert.deepEqual(await findingsOf(filled, { categories }), []);
});

test('every table of a way wants its index, each way for itself', async () => {
  const findings = await findingsOf(
    `
    create table teams (id int primary key, account_id int, kind text);
    create table notes (id int primary key, team_id int, author_id int, owner_type text, "ownerId" int);
    create index on notes (author_id) where author_id is not null`,
    {
      categories: {
        account,
        calls,
        teams: { from: 'teams', belongsTo: 'account_id', include: ['id', 'account_id', 'kind'] },
        notes: {
          from: 'notes',
          include: ['id', 'team_id', 'author_id', 'owner_type', 'ownerId'],
          belongsTo: {
            anyOf: [
              'author_id',
              { column: 'ownerId', is: { owner_type: 'Account' } },
              {
                column: 'account_id',
                through: [{ table: 'teams', on: { team_id: 'id' }, is: { kind: 'own' } }],
              },
            ],
          },
        },
      },
    },
  );
  assert.deepEqual(
    findings.map(({ rule, cure }) => `${rule}: ${cure}`),
    [
      'no-index: create index concurrently on teams (account_id)',
      'no-index: create index concurrently on notes ("ownerId", owner_type)',
      'no-index: create index concurrently on notes (team_id)',
    ],
  );
});

test('an index that several categories want is named once', async () => {
  const through = { column: 'account_id', through: [{ table: 'teams', on: { team_id: 'id' } }] };
  const findings = await findingsOf(
    `create table teams (id int primary key, account_id int);
    create table notes (id int primary key, team_id int); create index on notes (team_id)`,
    {
      categories: {
        account,
        calls,
        notes: { from: 'notes', belongsTo: through, include: ['id', 'team_id'] },
        teams: { from: 'teams', belongsTo: 'account_id', include: ['id', 'account_id'] },
      },
    },
  );
  assert.match(
    only(findings, 'no-index').what,
    /^no index of teams finds the rows of notes and of 1 more, so/,
  );
});

test('an index over some rows is enough if the category reads no others', async () => {
  const change = `create table notes (id int primary key, account_id int, deleted_at date);
    create index on notes (account_id) where deleted_at is null`;
  const notes = { from: 'notes', belongsTo: 'account_id', include: ['id', 'account_id', 'deleted_at'] };
  const living = { ...notes, where: '(t.deleted_at IS NULL)' };
  assert.deepEqual(await findingsOf(change, { categories: { account, calls, notes: living } }), []);
  only(await findingsOf(change, { categories: { account, calls, notes } }), 'no-index');
});

test('a table without a key, and an order that no key makes unique, are warnings', async () => {
  const change = `create table notes (account_id int, at date); create index on notes (account_id);
    create table lines (order_id int, n int, account_id int, primary key (order_id, n)); create index on lines (account_id)`;
  const notes = { from: 'notes', belongsTo: 'account_id', include: ['account_id', 'at'] };
  const lines = { from: 'lines', belongsTo: 'account_id', include: ['order_id', 'n', 'account_id'] };
  const findings = await findingsOf(change, {
    categories: {
      account,
      calls,
      notes: { ...notes, orderBy: ['at'] },
      lines: { ...lines, orderBy: ['account_id', 'order_id'] },
    },
  });
  assert.deepEqual(
    findings.map(({ rule, cure }) => [rule, cure]),
    [
      ['no-key', 'add a key to the table, or order by all its columns'],
      ['order-not-unique', "orderBy: ['account_id', 'order_id', 'n']"],
    ],
  );
  const unique = {
    notes: { ...notes, orderBy: ['at', 'account_id'] },
    lines: { ...lines, orderBy: ['n', 'order_id', 'account_id'] },
  };
  assert.deepEqual(await findingsOf(change, { categories: { account, calls, ...unique } }), []);
});
