import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import pg from 'pg';
import { describeStatement } from '../../src/sources/postgres/describe-statement.ts';
import { sharedPostgres } from '../support/postgres.ts';

const TEXT = 25;
const INT8 = 20;

describe('a statement that is described', () => {
  it('tells the names and types of its columns, in their order, and of a statement without any none', async (t) => {
    const client = await connect(t);
    assert.deepEqual(await describeStatement(client, `select 'a'::text as title, 1::bigint as "Seq"`), [
      { name: 'title', typeOid: TEXT },
      { name: 'Seq', typeOid: INT8 },
    ]);
    assert.deepEqual(await describeStatement(client, 'create table never (id int)'), []);
    const { rows } = await client.query(`select to_regclass('never') as made`);
    assert.deepEqual(rows, [{ made: null }]);
  });

  it('is neither planned nor run', async (t) => {
    const client = await connect(t);
    await client.query(`
      create sequence turns;
      create function refuse() returns text language plpgsql immutable as $$ begin raise 'planned'; end $$`);
    await describeStatement(client, `select nextval('turns') as turn, refuse() as word`);
    const { rows } = await client.query('select is_called from turns');
    assert.deepEqual(rows, [{ is_called: false }]);
    // What cannot change is worked out while it is planned.
    await assert.rejects(client.query('explain select refuse()'), /planned/);
  });

  it('is refused with what the server says of it, and the connection goes on', async (t) => {
    const client = await connect(t);
    await assert.rejects(describeStatement(client, 'select nothing from pg_class'), { code: '42703' });
    assert.deepEqual(await describeStatement(client, 'select 1::bigint as one'), [
      { name: 'one', typeOid: INT8 },
    ]);
  });
});

async function connect(t: TestContext): Promise<pg.Client> {
  const client = new pg.Client(await (await sharedPostgres()).createDatabase());
  await client.connect();
  t.after(() => client.end());
  return client;
}
