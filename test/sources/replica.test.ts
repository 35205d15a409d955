import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { startInstallation } from '../support/installation.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { closeAll, type Product, postgresProduct, sourceAt } from './drivers.ts';
import { readRows, readText, refusal, selectionOf } from './reading.ts';

const rows = selectionOf('rows', ['id', 'body']);
const sleeping = { ...rows, where: 'pg_sleep(3600) is not null' };

describe('a streaming replica as a source', () => {
  let primary: TestPostgres;
  let replica: TestPostgres;
  let product: Product;
  before(async () => {
    primary = await startPostgres();
    const url = await primary.createDatabase('product');
    replica = await startPostgres({
      replicaOf: primary,
      settings: { max_standby_streaming_delay: '200ms', hot_standby_feedback: 'off' },
    });
    product = await postgresProduct(url);
    await product.run(`
      create table rows (id int primary key, account_id int, body text);
      insert into rows select i, 1, repeat('x', 200) from generate_series(1, 2000) i`);
    await caughtUp();
  });
  after(async () => {
    await closeAll();
    await replica.stop();
    await primary.stop();
  });

  const at = (server: TestPostgres) => Object.assign(new URL(server.url), { pathname: '/product' }).href;

  async function ask(server: TestPostgres, sql: string): Promise<string> {
    const client = new pg.Client({ connectionString: at(server) });
    await client.connect();
    try {
      const { rows } = await client.query({ text: sql, rowMode: 'array' });
      return String(rows[0]?.[0]);
    } finally {
      await client.end();
    }
  }

  async function caughtUp(): Promise<void> {
    const lsn = await ask(primary, 'select pg_current_wal_flush_lsn()');
    await until(async () => (await ask(replica, `select pg_last_wal_replay_lsn() >= '${lsn}'`)) === 'true');
  }

  /** What every product does all day: rows die, and vacuum takes them away. */
  async function churn(): Promise<void> {
    await product.run('update rows set body = body');
    await product.run('vacuum rows');
  }

  test('a snapshot of a replica is shared by readers on other connections, as on a primary', async () => {
    const source = sourceAt(at(replica));
    const snapshot = await source.openSnapshot();
    assert.equal(snapshot.isShareable, true);
    await product.run('insert into rows values (5000, 1, null)');
    await caughtUp();
    const reader = await source.joinSnapshot(snapshot.id);
    assert.equal((await readRows(reader, rows)).length, 2000);
    assert.equal((await readRows(snapshot, rows)).length, 2000);
    await reader.close();
    await snapshot.close();
    await product.run('delete from rows where id = 5000');
    await source.close();
  });

  test('a read that replay has to cancel has lost its snapshot, and so has one that idled', async () => {
    const source = sourceAt(at(replica));
    const snapshot = await source.openSnapshot();
    const idle = await source.joinSnapshot(snapshot.id);
    const reader = await source.joinSnapshot(snapshot.id);
    const reading = refusal(readText(reader, sleeping), 'snapshot_lost');
    await until(
      async () =>
        (await ask(
          replica,
          `select count(*) from pg_stat_activity where query like 'copy%' and state = 'active'`,
        )) === '1',
    );
    await churn();
    await reading;
    await until(
      async () =>
        (await ask(
          replica,
          `select count(*) from pg_stat_activity where application_name = 'handover' and state <> 'idle in transaction (aborted)'`,
        )) === '0',
    );
    await refusal(readRows(idle, rows), 'snapshot_lost');
    await refusal(readRows(snapshot, rows), 'snapshot_lost');
    for (const one of [reader, idle, snapshot]) await one.close();
    assert.ok(
      Number(
        await ask(
          replica,
          'select confl_snapshot from pg_stat_database_conflicts where datname = current_database()',
        ),
      ) > 0,
    );
    await source.close();
  });

  test('an export that replay had to cancel is made anew, in smaller parts', async (t) => {
    await product.run(`
      create table accounts (id text primary key, name text);
      insert into accounts values ('acme', 'Acme');
      create table notes (id int primary key, account_id text, body text, settings jsonb, secret text);
      insert into notes select n, 'acme', 'note', '{}', '' from generate_series(1, 20000) n;
      create table pace (row_seconds float8);
      insert into pace values (0.001);
      create function slow(body text) returns text language plpgsql stable as $$
        declare seconds float8 := (select row_seconds from pace);
        begin if seconds > 0 then perform pg_sleep(seconds); end if; return body; end $$;
      create view slow_notes as select id, account_id, slow(body) as body, settings, secret from notes`);
    await caughtUp();
    const installation = await startInstallation(t, {
      state: 'postgres',
      policy: { confirmByEmail: false, rowsPerPart: 20_000 },
      notes: 'slow_notes',
      source: { url: at(replica) },
    });
    const { id } = await installation.request();
    await until(
      async () =>
        (await ask(replica, `select count(*) from pg_stat_activity where wait_event = 'PgSleep'`)) !== '0',
    );
    await product.run('update notes set body = body where id % 2 = 0');
    await product.run('vacuum notes');
    await product.run('update pace set row_seconds = 0');
    const done = await installation.until(id, 'completed');
    assert.ok(done.attempt > 1);
    assert.equal(done.rowsDone, 20_001);
    assert.match(installation.logged(), /"code":"snapshot_lost"/);
    const parts = await installation.parts.db.query(
      'select 1 from handover.export_parts where export_id = $1',
      [id],
    );
    assert.ok(parts.length > 2, `${parts.length} parts`);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
