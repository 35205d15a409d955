import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import type { DatabaseSchema } from '../../src/catalog/database-schema.ts';
import { linksOf } from '../../src/catalog/links.ts';
import { reachableFrom } from '../../src/catalog/reach.ts';
import { readSchema } from '../../src/catalog/read-schema.ts';
import { withSession } from '../../src/catalog/with-session.ts';
import { sharedPostgres } from '../support/postgres.ts';

let client: pg.Client;
let schema: DatabaseSchema;

before(async () => {
  const url = await (await sharedPostgres()).createDatabase();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(tables);
  const settings = {
    type: 'postgres',
    url,
    maxConnections: 1,
    statementTimeoutMs: 10_000,
    maxSnapshotMs: 600_000,
  } as const;
  schema = await withSession(settings, readSchema);
});
after(() => client?.end());

describe('the tables that lead to a subject', () => {
  it('are found by declared keys, by names, by roles and by polymorphic pairs, nearest first', () => {
    const found = reachableFrom(schema, { schema: 'public', table: 'accounts' });
    assert.deepEqual(
      found.map(
        ({ table, way }) => `${table}: ${way.map(({ by, columns }) => `${by} ${columns}`).join(', ')}`,
      ),
      [
        'users: foreign-key account_id',
        'Order: convention accountId',
        'billing_entries: convention account_uuid',
        'companies: convention accountid',
        'attachments: polymorphic owner_id',
        'logins: foreign-key user_no, foreign-key account_id',
        'addresses: convention company_id, convention accountid',
        'order_lines: convention order_id, convention accountId',
        'sessions: convention app_user_id, foreign-key account_id',
        'notes: role author_id, foreign-key account_id',
      ],
    );
  });

  it('are not those that the subject leads to, nor those whose ids are of another type', () => {
    const found = reachableFrom(schema, { schema: 'public', table: 'accounts' }).map(({ table }) => table);
    for (const table of ['countries', 'oddities', 'metrics']) assert.ok(!found.includes(table), table);
  });

  it('are each on the shortest way', () => {
    const far = reachableFrom(schema, { schema: 'public', table: 'countries' });
    assert.deepEqual(
      far.find(({ table }) => table === 'logins')?.way.map(({ from, to }) => `${from.table} → ${to.table}`),
      ['logins → users', 'users → accounts', 'accounts → countries'],
    );
  });
});

describe('a link between two tables', () => {
  it('goes to the table of the same schema when two have the name', () => {
    const links = linksOf(schema).filter(({ from }) => from.schema === 'crm');
    assert.deepEqual(
      links.map(({ columns, to }) => [columns[0], to.schema, to.table]),
      [['company_id', 'crm', 'companies']],
    );
  });

  it('of a polymorphic pair names the column that says of which table', () => {
    const [link] = linksOf(schema).filter(({ by }) => by === 'polymorphic');
    assert.equal(link?.typeColumn, 'owner_type');
  });
});

const tables = `
  create table countries (id int primary key, name text);
  create table accounts (id int primary key, account_no uuid unique, country_id int references countries);
  create table users (id int primary key, no int unique, account_id int references accounts);
  create table logins (id int primary key, user_no int references users (no), partition_key int);
  create table "Order" (id uuid primary key, "accountId" int);
  create table order_lines (order_id uuid, n int, primary key (order_id, n));
  create table companies (id int primary key, accountid bigint);
  create table addresses (id int primary key, company_id int);
  create table notes (id int primary key, author_id int);
  create table attachments (id int primary key, owner_id int, owner_type text);
  create table sessions (id text primary key, app_user_id int);
  create table oddities (id int primary key, account_id text, paid int, valid boolean, user_id uuid);
  create table metrics (id int primary key, grid int);
  create table billing_entries (id int primary key, account_uuid int);
  create schema crm;
  create table crm.companies (id int primary key, name text);
  create table crm.deals (id int primary key, company_id int);
`;
