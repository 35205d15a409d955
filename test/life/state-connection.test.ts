import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { onceItAccepts, openPostgres } from '../../src/database.ts';
import { PreparingClient } from '../../src/prepared-statements.ts';
import { sharedPostgres } from '../support/postgres.ts';

describe('a connection to the state database', () => {
  it('that breaks between two statements of a transaction fails the transaction, and not the process', async (t) => {
    const url = await (await sharedPostgres()).createDatabase();
    const db = openPostgres({ url, maxConnections: 1 });
    t.after(() => db.close());
    const lost = db.transaction(async (tx) => {
      const [own] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await terminate(url, own?.pid ?? 0);
      // Meanwhile nobody waits for an answer of it, so that only a listener hears.
      await sleep(200);
      await tx.query('select 1');
    });
    await assert.rejects(lost);
    assert.deepEqual(await db.query('select 1 as one'), [{ one: 1 }]);
  });

  it('that prepared a statement before its table changed fails once, and is replaced', async (t) => {
    const db = openPostgres({ url: await (await sharedPostgres()).createDatabase(), maxConnections: 1 });
    t.after(() => db.close());
    await db.query('create table things (id int)');
    const look = () =>
      db.transaction((tx) => tx.query('select * from things where id = $1 or $1 is null', [null]));
    await look();
    await db.query('alter table things add column name text');
    await assert.rejects(look(), /cached plan/);
    assert.deepEqual(await look(), []);
  });

  it('of the queue prepares what comes again, one statement at a time', async (t) => {
    const url = await (await sharedPostgres()).createDatabase();
    const pool = new pg.Pool({ connectionString: url, max: 1, Client: PreparingClient });
    t.after(() => pool.end());
    for (let times = 0; times < 3; times++) {
      assert.deepEqual((await pool.query('select $1::int as n', [times])).rows, [{ n: times }]);
      assert.deepEqual((await pool.query("select 'a' as a", [])).rows, [{ a: 'a' }]);
      await pool.query("set local datestyle = 'iso'; select 1");
    }
    const { rows } = await pool.query<{ statement: string }>('select statement from pg_prepared_statements');
    assert.deepEqual(rows.map(({ statement }) => statement).sort(), [
      'select $1::int as n',
      "select 'a' as a",
    ]);
  });

  it('is tried again while the server starts, and not when it refuses for another reason', async () => {
    const refusing = (code: string, times: number) => async () => {
      if (times-- > 0) throw Object.assign(new Error('the database system is starting up'), { code });
      return 'open';
    };
    assert.equal(await onceItAccepts(refusing('57P03', 2)), 'open');
    await assert.rejects(onceItAccepts(refusing('57P03', 2), 0), { code: '57P03' });
    await assert.rejects(onceItAccepts(refusing('28P01', 1)), { code: '28P01' });
  });
});

async function terminate(url: string, pid: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('select pg_terminate_backend($1, 5000)', [pid]);
  await client.end();
}
