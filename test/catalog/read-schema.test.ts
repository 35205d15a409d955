import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { type DatabaseSchema, findColumn, findRelation } from '../../src/catalog/database-schema.ts';
import { readSchema } from '../../src/catalog/read-schema.ts';
import { withSession } from '../../src/catalog/with-session.ts';
import { sharedPostgres } from '../support/postgres.ts';

let url: string;
let client: pg.Client;
let schema: DatabaseSchema;

before(async () => {
  url = await (await sharedPostgres()).createDatabase();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(tables);
  schema = await read(url);
});
after(() => client?.end());

describe('the catalogs of a database', () => {
  it('tell tables, partitioned tables, partitions, views, materialised views and foreign tables', () => {
    const kinds = Object.fromEntries(schema.relations.map(({ table, kind }) => [table, kind]));
    assert.equal(kinds.person, 'table');
    assert.equal(kinds.payment, 'partitioned');
    assert.equal(kinds.payment_2026, 'partitioned');
    assert.equal(kinds.names, 'view');
    assert.equal(kinds.name_counts, 'materialised-view');
    assert.equal(kinds.elsewhere, 'foreign-table');
    assert.deepEqual(relation('payment_2026_a').partitionOf, { schema: 'public', table: 'payment_2026' });
    assert.deepEqual(
      relation('payment').children.map(({ table }) => table),
      ['payment_2025', 'payment_2026'],
    );
    assert.equal(kinds.pg_class, undefined);
  });

  it('tell inheriting tables from partitions', () => {
    assert.deepEqual(relation('event_of_call').inheritsFrom, [{ schema: 'public', table: 'event' }]);
    assert.equal(relation('event_of_call').partitionOf, null);
    assert.deepEqual(relation('payment_2025').inheritsFrom, []);
    assert.deepEqual(relation('event').children, [{ schema: 'public', table: 'event_of_call' }]);
  });

  it('look through domains, and know elements of arrays, enums, ranges and composites', () => {
    const kindOf = (name: string) => {
      const found = column('odd Types', name);
      return [found.kind, found.type.name, found.elementType?.name ?? null];
    };
    assert.deepEqual(kindOf('year'), ['plain', 'int4', null]);
    assert.deepEqual(column('odd Types', 'year').domain, { schema: 'public', name: 'late_year' });
    assert.deepEqual(kindOf('mood'), ['enum', 'mood', null]);
    assert.deepEqual(kindOf('moods'), ['array', '_mood', 'mood']);
    assert.deepEqual(kindOf('years'), ['array', '_late_year', 'int4']);
    assert.deepEqual(kindOf('during'), ['range', 'tstzrange', null]);
    assert.deepEqual(kindOf('place'), ['composite', 'place', null]);
    assert.deepEqual(kindOf('settings'), ['plain', 'jsonb', null]);
    assert.equal(column('odd Types', 'price').writtenType, 'numeric(12,6)');
    assert.equal(column('odd Types', 'select').comment, 'A reserved word.');
  });

  it('tell what may be null, what is generated and what is numbered by a sequence', () => {
    assert.equal(column('odd Types', 'year').isNullable, true);
    assert.equal(column('odd Types', 'never_null').isNullable, false);
    assert.equal(column('odd Types', 'doubled').isGenerated, true);
    assert.equal(column('odd Types', 'price').isGenerated, false);
    assert.equal(column('person', 'id').isNumbered, true);
    assert.equal(column('person', 'name').isNumbered, false);
  });

  it('have the keys: primary ones in their order, unique ones only if they hold for every row', () => {
    assert.deepEqual(relation('payment').primaryKey, ['paid_on', 'id']);
    assert.equal(relation('event').primaryKey, null);
    const keys = relation('person').uniqueKeys.map(({ columns, isComplete }) => [columns, isComplete]);
    assert.deepEqual(keys, [[['email'], false]]);
  });

  it('have indexes with their columns, and say which are partial, broken or of expressions', async () => {
    const [byLower, partial] = ['person_lower', 'person_partial'].map((name) =>
      relation('person').indexes.find((index) => index.name === name),
    );
    assert.deepEqual(byLower?.columns, [null]);
    assert.deepEqual(partial?.columns, ['boss_id', 'name']);
    assert.match(partial?.predicate ?? '', /deleted_at IS NULL/);
    assert.equal(partial?.isValid, true);
    await client.query(
      "update pg_index set indisvalid = false where indexrelid = 'person_partial'::regclass",
    );
    const [broken] = findRelation(await read(url), person)?.indexes.filter(({ isValid }) => !isValid) ?? [];
    assert.equal(broken?.name, 'person_partial');
  });

  it('show foreign keys and indexes of partitions at the partitioned table', () => {
    const keys = relation('payment').foreignKeys.map((key) => [
      key.columns,
      key.referenced.table,
      key.isLifted,
    ]);
    assert.deepEqual(keys, [
      [['person_id'], 'person', 'from-all'],
      [['approved_by'], 'person', 'from-some'],
    ]);
    const lifted = relation('payment').indexes.filter(({ isLifted }) => isLifted);
    assert.deepEqual(
      lifted.map(({ columns }) => columns),
      [['person_id']],
    );
  });

  it('show a foreign key once, also where the referenced table is partitioned or a partition', () => {
    const keys = relation('refund').foreignKeys.map(({ columns, referenced }) => [
      columns,
      referenced.table,
      referenced.columns,
    ]);
    assert.deepEqual(keys, [
      [['old_on', 'old_id'], 'payment', ['paid_on', 'id']],
      [['paid_on', 'payment_id'], 'payment', ['paid_on', 'id']],
    ]);
  });

  it('say which foreign keys were never checked', () => {
    const [key] = relation('odd Types').foreignKeys;
    assert.deepEqual([key?.columns, key?.isValidated], [['person'], false]);
  });

  it('say which columns of tables a view reads, through other views too', () => {
    const reads = relation('name_counts').reads.map(({ table, column }) => `${table}.${column}`);
    assert.deepEqual(reads.sort(), ['person.deleted_at', 'person.name', 'person.secret']);
    assert.deepEqual(relation('person').reads, []);
  });

  it('say what row-level security does to who asks', async () => {
    assert.deepEqual(relation('guarded').rowSecurity, { isEnabled: true, isForced: false, bindsRole: false });
    const asReader = await readAs('catalog_reader');
    assert.equal(findRelation(asReader, { ...person, table: 'guarded' })?.rowSecurity.bindsRole, true);
  });

  it('say what the role may read, to the column', async () => {
    const asReader = await readAs('catalog_reader');
    const found = findRelation(asReader, person);
    assert.equal(asReader.role, 'catalog_reader');
    assert.equal(found?.isReadable, false);
    assert.deepEqual(
      found?.columns.filter(({ isReadable }) => isReadable).map(({ name }) => name),
      ['id', 'name'],
    );
    assert.equal(relation('person').isReadable, true);
  });

  it('know rows by the statistics, and nothing where there are none', async () => {
    assert.equal(relation('person').estimatedRows, null);
    await client.query("insert into person (name) select 'n' || n from generate_series(1, 50) n");
    await client.query("insert into payment values (1, '2026-02-01', 1), (2, '2025-02-01', 1)");
    await client.query('analyze person; analyze payment_2026_a; analyze payment_2025');
    const again = await read(url);
    assert.equal(findRelation(again, person)?.estimatedRows, 50);
    assert.equal(findRelation(again, { ...person, table: 'payment' })?.estimatedRows, 2);
  });

  it('tell tables of the same name in two schemas apart', () => {
    const found = findRelation(schema, { schema: 'Billing', table: 'person' });
    assert.deepEqual(
      found?.columns.map(({ name }) => name),
      ['userId'],
    );
  });

  it('cannot be read from a server that is not there, and say so', async () => {
    await assert.rejects(read('postgres://nobody@127.0.0.1:1/none'), { code: 'source_unavailable' });
  });
});

const person = { schema: 'public', table: 'person' };

const tables = `
  create type mood as enum ('glad', 'sad');
  create type place as (street text, zip text);
  create domain year as int check (value > 1900);
  create domain late_year as year;
  create domain some_text as text not null;
  create table person (
    id bigserial primary key, name text not null, email text unique, boss_id bigint references person,
    secret text, deleted_at timestamptz
  );
  create unique index person_lower on person (lower(email));
  create unique index person_partial on person (boss_id, name) where deleted_at is null;
  create schema "Billing";
  create table "Billing".person ("userId" bigint);
  create table "odd Types" (
    year late_year, mood mood, moods mood[], years late_year[], during tstzrange, place place, settings jsonb,
    price numeric(12, 6), doubled numeric generated always as (price * 2) stored, never_null some_text,
    "select" text, person bigint
  );
  comment on column "odd Types"."select" is 'A reserved word.';
  alter table "odd Types" add foreign key (person) references person not valid;
  create table payment (
    id int, paid_on date, person_id bigint, approved_by bigint, primary key (paid_on, id)
  ) partition by range (paid_on);
  create table payment_2025 partition of payment for values from ('2025-01-01') to ('2026-01-01');
  create table payment_2026 partition of payment for values from ('2026-01-01') to ('2027-01-01')
    partition by range (paid_on);
  create table payment_2026_a partition of payment_2026 for values from ('2026-01-01') to ('2026-07-01');
  alter table payment_2025 add foreign key (person_id) references person;
  alter table payment_2026_a add foreign key (person_id) references person,
    add foreign key (approved_by) references person;
  create index on payment_2025 (person_id);
  create index on payment_2026_a (person_id);
  create index on payment_2025 (approved_by);
  create table refund (
    payment_id int, paid_on date, old_id int, old_on date,
    constraint a foreign key (old_on, old_id) references payment_2025 (paid_on, id),
    constraint b foreign key (paid_on, payment_id) references payment
  );
  create table event (at timestamptz, note text);
  create table event_of_call (call_id int references person) inherits (event);
  create view names as select name, secret from person where deleted_at is null;
  create materialized view name_counts as select name, count(*) from names group by 1;
  create foreign data wrapper nowhere;
  create server nowhere foreign data wrapper nowhere;
  create foreign table elsewhere (id int) server nowhere;
  create table guarded (id int);
  alter table guarded enable row level security;
  do $$ begin create role catalog_reader; exception when duplicate_object then null; end $$;
  grant select (id, name) on person to catalog_reader;
  grant select on guarded to catalog_reader;`;

function read(address: string): Promise<DatabaseSchema> {
  const settings = {
    type: 'postgres',
    url: address,
    maxConnections: 1,
    statementTimeoutMs: 60_000,
    maxSnapshotMs: 600_000,
  } as const;
  return withSession(settings, readSchema);
}

function readAs(role: string): Promise<DatabaseSchema> {
  return read(`${url}?options=-c%20role%3D${role}`);
}

function relation(table: string) {
  return findRelation(schema, { schema: 'public', table }) ?? assert.fail(`no relation ${table}`);
}

function column(table: string, name: string) {
  return findColumn(relation(table), name) ?? assert.fail(`no column ${table}.${name}`);
}
