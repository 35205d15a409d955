import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { loadMeshcore, withoutMeshcore } from '../support/meshcore.ts';
import { sharedPostgres } from '../support/postgres.ts';

describe('the set chat-meshcore in the tables of the chat product', { skip: withoutMeshcore }, () => {
  let db: pg.Client;
  let written: Record<string, number> | null;
  before(async () => {
    db = new pg.Client({ connectionString: await (await sharedPostgres()).createDatabase() });
    await db.connect();
    written = await loadMeshcore(db);
  });
  after(() => db.end());

  test('every row of it is there', async () => {
    const expected = {
      people: 2_570,
      rooms: 481,
      room_members: 5_607,
      posts: 91_749,
      post_reactions: 29_151,
    };
    assert.deepEqual(written, expected);
    for (const [table, rows] of Object.entries(expected)) {
      assert.equal(await one(`select count(*)::int from ${table}`), rows, table);
    }
  });

  test('ids above 2^53, answers and quotes are as they were', async () => {
    assert.equal(await one('select count(*)::int from posts where id < 9007199254740992'), 0);
    assert.equal(await one('select count(*)::int from posts where answers_to is not null'), 7_387);
    assert.equal(await one('select count(*)::int from posts where quotes is not null'), 22_511);
    assert.equal(await one('select id::text from posts order by id limit 1'), '1343714078748708976');
  });

  test('texts are as they were, down to line breaks and emoji', async () => {
    assert.equal(
      await one(String.raw`select count(*)::int from posts where body ~ '[\U00010000-\U0010FFFF]'`),
      8_087,
    );
    assert.equal(await one("select count(*)::int from posts where body like E'%\\n%'"), 6_873);
  });

  async function one(sql: string): Promise<unknown> {
    const { rows } = await db.query({ text: sql, rowMode: 'array' });
    return (rows[0] as unknown[])[0];
  }
});
