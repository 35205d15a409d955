import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { fillVoiceDatabase } from '../../examples/voice/fill.ts';
import type { Words } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ExportKind } from '../../src/config/resolved.ts';
import { type Selection, type Way, waysOf } from '../../src/sources/source.ts';
import { createPglite } from '../support/pglite.ts';
import { sharedPostgres } from '../support/postgres.ts';

const largest = '522b7a7b-151e-4bea-a19c-118ef3a1c6fc';
const secrets = 1893;

let account: ExportKind;
let db: pg.Client;
before(async () => {
  const config = await loadConfig('examples/voice/handover.config.ts');
  assert.ok(config.exports.account);
  account = config.exports.account;
  db = new pg.Client({ connectionString: await (await sharedPostgres()).createDatabase() });
  await db.connect();
  await fillVoiceDatabase(db);
});
after(() => db.end());

test('the account export has the twelve categories, in their order', () => {
  assert.deepEqual(
    account.selections.map(({ category }) => category),
    [
      'account',
      'users',
      'contacts',
      'calls',
      'flows',
      'phoneNumbers',
      'voipProviders',
      'callSchedules',
      'campaigns',
      'charges',
      'balanceTransactions',
      'notifications',
    ],
  );
});

test('every text is there in English and in German', () => {
  const texts: (Words | null)[] = account.categories.flatMap(
    ({ title, description, rowsLeftOut, leftOut }) => [
      title,
      description,
      ...(rowsLeftOut === null ? [] : [rowsLeftOut]),
      ...notesOf(leftOut),
    ],
  );
  for (const text of [...texts, ...notesOf(account.leftOut)]) {
    assert.deepEqual(Object.keys(text ?? {}), ['en', 'de'], JSON.stringify(text));
  }
});

test('every column of every table is included, excluded, or of a table that stays', async () => {
  const { rows } = await db.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where table_schema = 'public' order by 1, ordinal_position`,
  );
  const staying = new Set(account.leftOut.map(({ what }) => what));
  const columns = rows
    .filter(({ table }) => !staying.has(table))
    .map(({ table, column }) => `${table}.${column}`);
  const named = account.selections.flatMap(({ table, columns }, index) => [
    ...columns.map(({ column }) => `${table}.${column}`),
    ...(account.categories[index]?.leftOut ?? [])
      .filter(({ what }) => /^\w+$/.test(what))
      .map(({ what }) => `${table}.${what}`),
  ]);
  assert.deepEqual(named.sort(), columns.sort());
  const tables = new Set(rows.map(({ table }) => table));
  assert.deepEqual(
    [...staying].filter((table) => !tables.has(table)),
    [],
  );
});

test('none of the secrets leaves with any category, while everything else of their rows does', async () => {
  const { rows: accounts } = await db.query<{ id: string }>('select id from account');
  let calls = 0;
  for (const selection of account.selections) {
    for (const { id } of accounts) {
      const rows = await readRows(selection, id);
      if (selection.category === 'calls') calls += rows.length;
      else assert.ok(rows.length > 0, `${selection.category} of ${id}`);
      assert.doesNotMatch(JSON.stringify(rows), /CANARY_/, selection.category);
    }
  }
  assert.equal(calls, 101_929 - 1_947);
  const providers = await readRows(selectionOf('voipProviders'), largest);
  const credentials = providers.map(({ api_credentials }) => api_credentials as Record<string, unknown>);
  assert.deepEqual(credentials.map(Object.keys), Array(3).fill(['nested', 'account_sid']));
  const [charge] = await readRows(selectionOf('charges'), largest);
  assert.deepEqual(charge?.payment_method_details, {
    type: 'card',
    card: { brand: 'visa', last4: '4242', exp_month: 8, exp_year: 2030 },
  });
});

test('the database holds every secret, so that leaving them out means something', async () => {
  const found = new Set<string>();
  for (const { table } of account.selections) {
    const { rows } = await db.query<{ row: string }>(
      `select t::text as row from ${table} t where t::text like '%CANARY_%'`,
    );
    for (const { row } of rows) for (const [canary] of row.matchAll(/CANARY_\d+_/g)) found.add(canary);
  }
  assert.equal(found.size, secrets);
});

test('rows that came through another table are those of the account', async () => {
  const { rows } = await db.query<{ id: string }>(
    `select s.id from call_schedules s, campaigns c where s.campaign_id = c.id and c.account_id = $1 order by 1`,
    [largest],
  );
  const read = await readRows(selectionOf('callSchedules'), largest);
  assert.deepEqual(read.map(({ id }) => id).sort(), rows.map(({ id }) => id).sort());
  assert.ok(rows.length > 50);
});

test('filling again changes nothing, and other data takes the place of the old', async () => {
  assert.equal(await fillVoiceDatabase(db), 0);
  await db.query(`comment on table account is 'Handover example data, version 0'`);
  await db.query('delete from notifications');
  let reported = 0;
  const rows = await fillVoiceDatabase(db, {
    onProgress: ({ rows }) => {
      reported = rows;
    },
  });
  assert.equal(rows, 146_297);
  assert.equal(reported, rows);
  const { rows: counted } = await db.query<{ n: number }>('select count(*)::int as n from notifications');
  assert.equal(counted[0]?.n, 303);
});

test('a table of somebody else is never dropped', async () => {
  const other = new pg.Client({ connectionString: await (await sharedPostgres()).createDatabase() });
  await other.connect();
  try {
    await other.query('create table account (id int); insert into account values (7)');
    await assert.rejects(fillVoiceDatabase(other), /relation "account" already exists/);
    assert.deepEqual((await other.query('select * from account')).rows, [{ id: 7 }]);
  } finally {
    await other.end();
  }
});

test('an embedded database is filled whole or not at all', async () => {
  const embedded = await createPglite();
  try {
    const stop = ({ table }: { table: string }) => {
      if (table === 'campaigns') throw new Error('the power went');
    };
    await assert.rejects(fillVoiceDatabase(embedded, { onProgress: stop }), /the power went/);
    const { rows } = await embedded.query(`select to_regclass('account') as account`);
    assert.deepEqual(rows, [{ account: null }]);
    assert.equal(await fillVoiceDatabase(embedded), 146_297);
    assert.equal(await fillVoiceDatabase(embedded), 0);
  } finally {
    await embedded.close();
  }
});

test('a config that names a Postgres reads that one, else a folder beside the config', async () => {
  const sourceOf = async (environment: Record<string, string>) => {
    Object.assign(process.env, environment);
    try {
      return (await loadConfig('examples/voice/handover.config.ts')).sources.main;
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
  };
  const postgres = await sourceOf({ SOURCE_DATABASE_URL: 'postgres://reader@db/voice' });
  assert.deepEqual(postgres, {
    type: 'postgres',
    url: 'postgres://reader@db/voice',
    maxConnections: 4,
    statementTimeoutMs: 900_000,
    maxSnapshotMs: 14_400_000,
  });
  assert.deepEqual(await sourceOf({ VOICE_DATABASE_FOLDER: '/srv/voice' }), {
    type: 'pglite',
    folder: '/srv/voice',
  });
});

function notesOf(leftOut: { reason: string; note: Words | null }[]): (Words | null)[] {
  return leftOut.filter(({ reason, note }) => reason === 'secret' || note !== null).map(({ note }) => note);
}

function selectionOf(category: string): Selection {
  const selection = account.selections.find((candidate) => candidate.category === category);
  assert.ok(selection);
  return selection;
}

/** What a selection means, said a second time and as plainly as can be: by column name, paths cut in JavaScript. */
async function readRows(selection: Selection, subject: string): Promise<Record<string, unknown>[]> {
  const { table, columns, where = 'true', orderBy } = selection;
  const [way, ...others] = waysOf(selection.belongsTo);
  assert.ok(way && others.length === 0 && !way.is, 'this test reads one plain way');
  const names = columns.map(({ column }) => `t."${column}"`);
  const { rows } = await db.query<Record<string, unknown>>(
    `select ${names} from ${table} t where ${belongs('t', way)} = $1 and (${where}) order by ${orderBy.map((column) => `t."${column}"`)}`,
    [subject],
  );
  for (const { column, omit = [] } of columns) {
    for (const path of omit) for (const row of rows) remove(row[column], path);
  }
  return rows;
}

function belongs(alias: string, { column, through = [] }: Way): string {
  const [hop, ...further] = through;
  if (hop === undefined) return `${alias}."${column}"`;
  const joined = Object.entries(hop.on).map(([here, there]) => `${alias}."${here}" = h."${there}"`);
  return `(select ${belongs('h', { column, through: further })} from ${hop.table} h where ${joined.join(' and ')})`;
}

function remove(value: unknown, [step = '', ...further]: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  const record = value as Record<string, unknown>;
  const keys = step === '*' ? Object.keys(record) : [step];
  for (const key of keys) {
    if (further.length > 0) remove(record[key], further);
    else delete record[key];
  }
}
