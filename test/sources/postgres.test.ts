import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Selection } from '../../src/sources/source.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { closeAll, type Product, postgresProduct, sourceAt } from './drivers.ts';
import { inSnapshot, newline, readLines, readRows, readText, refusal, selectionOf } from './reading.ts';

describe('a Postgres server as a source', () => {
  let product: Product & { url: string };
  before(async () => {
    product = await postgresProduct(await (await sharedPostgres()).createDatabase());
    await product.run(`
      create table large (id int primary key, account_id int, body text);
      insert into large select i, 1, repeat(md5(i::text), 30) from generate_series(1, 30000) i`);
  });
  after(closeAll);

  const large = selectionOf('large', ['id', 'body']);

  test('finds rows of several ways also where a partition is a foreign table, whose rows have no address', async () => {
    await product.run(`
      create extension file_fdw;
      create server files foreign data wrapper file_fdw;
      create table orders (id int, account_id int);
      insert into orders values (10, 1), (20, 2);
      create table gifts (id int, order_id int, giver_id int, year int) partition by list (year);
      create table gifts_new partition of gifts for values in (2026);
      create foreign table gifts_old partition of gifts for values in (2025)
        server files options (program 'echo 1,10,7,2025; echo 2,20,1,2025; echo 3,20,7,2025', format 'csv');
      insert into gifts values (4, 10, 7, 2026), (5, 20, 7, 2026)`);
    const gifts = selectionOf('gifts', ['id'], {
      belongsTo: {
        anyOf: [
          { column: 'giver_id' },
          { column: 'account_id', through: [{ schema: 'public', table: 'orders', on: { order_id: 'id' } }] },
        ],
      },
    });
    const rows = await inSnapshot(product.source, (reader) => readRows(reader, gifts, '1'));
    assert.deepEqual(rows, [{ id: 1 }, { id: 2 }, { id: 4 }]);
  });

  /** What our own sessions are doing, as the server sees them; not those that wait for the next export. */
  const activity = () =>
    product.ask(`
      select state || ': ' || query from pg_stat_activity
      where application_name = 'handover' and datname = current_database() and state <> 'idle'`);

  /** Connections of a source that goes by this name, whatever they do. */
  const connections = async (applicationName: string) =>
    (
      await product.ask(`
        select pid::text from pg_stat_activity
        where application_name = '${applicationName}' and datname = current_database()`)
    ).length;

  describe('what is left on the server', () => {
    test('is no running statement after a read that was aborted', async () => {
      const snapshot = await product.source.openSnapshot();
      const reader = await product.source.joinSnapshot(snapshot.id);
      const controller = new AbortController();
      const reading = readText(reader, { ...large, where: 'pg_sleep(3600) is not null' }, '1', {
        signal: controller.signal,
      });
      await until(async () => (await activity()).some((query) => query?.startsWith('active: copy')));
      controller.abort(new Error('enough'));
      await assert.rejects(reading, /enough/);
      assert.deepEqual(
        (await activity()).filter((query) => query?.startsWith('active')),
        [],
      );
      assert.equal((await readLines(reader, large)).length, 30_000);
      await reader.close();
      await snapshot.close();
      assert.deepEqual(await activity(), []);
    });

    test('is nothing after a reader was closed, or the source, in the middle of a read', async () => {
      const source = sourceAt(product.url);
      const snapshot = await source.openSnapshot();
      for (const close of [(reader: { close(): Promise<void> }) => reader.close(), () => source.close()]) {
        const reader = await source.joinSnapshot(snapshot.id);
        const chunks = reader.read(large, '1', { separator: newline })[Symbol.asyncIterator]();
        assert.equal((await chunks.next()).done, false);
        await close(reader);
        await assert.rejects(async () => {
          while (!(await chunks.next()).done);
        });
      }
      await until(async () => (await activity()).length === 0);
    });

    test('is no lock on the tables that were read, so a migration need not wait for the end of an export', async () => {
      await product.run('create table migrated (id int primary key, account_id int)');
      await inSnapshot(product.source, async (snapshot) => {
        const selection = selectionOf('migrated', ['id']);
        await snapshot.count(selection, '1');
        await snapshot.cut(selection, '1', 1);
        await readRows(snapshot, selection);
        await product.run(`set lock_timeout = '1s'; alter table migrated add more text; reset lock_timeout`);
        assert.deepEqual(await readRows(snapshot, selection), []);
      });
    });
  });

  test('reads the catalog of all tables that it foresees at once, and says of each what is wrong when it is read', async () => {
    await product.run(`
      create table one (id int primary key, account_id int, body text);
      create table two (key text, account_id int not null);
      create table "None" ();
      create view three as select id, account_id from one;
      create table links (two_key text, one_id int);
      insert into one values (1, 1, 'first'); insert into two values ('k', 1); insert into links values ('k', 1)`);
    const asked: string[] = [];
    const source = sourceAt(product.url, {
      wrap: (connection) => ({
        ...connection,
        query(sql) {
          asked.push(sql);
          return connection.query(sql);
        },
      }),
    });
    const through = { schema: 'public', table: 'links', on: { id: 'one_id' } };
    const selections = [
      selectionOf('one', ['id', 'body'], { belongsTo: { column: 'two_key', through: [through] } }),
      selectionOf('two', ['key'], { orderBy: ['key'] }),
      selectionOf('three', ['id']),
    ];
    const wrong = [selectionOf('missing', ['id']), selectionOf('None', ['id']), selectionOf('two', ['ky'])];
    await inSnapshot(source, async (reader) => {
      await reader.foresee([...selections, ...wrong]);
      const catalogs = () => asked.filter((sql) => sql.includes('pg_attribute')).length;
      assert.equal(catalogs(), 1);
      const [one, two, three] = selections as [Selection, Selection, Selection];
      assert.deepEqual(await readRows(reader, one, 'k'), [{ id: 1, body: 'first' }]);
      assert.deepEqual(await readRows(reader, two), [{ key: 'k' }]);
      assert.deepEqual(await readRows(reader, three), [{ id: 1 }]);
      await reader.foresee(selections);
      assert.equal(catalogs(), 1);
      for (const selection of wrong) {
        const { message } = await refusal(readRows(reader, selection), 'source_refused');
        assert.match(message, new RegExp(`^Category "${selection.category}": .*no (table|column)`));
      }
    });
    await source.close();
  });

  describe('the budget of connections', () => {
    test('is kept, and leaves one to read with however many snapshots are asked for', async () => {
      const source = sourceAt(product.url, { maxConnections: 3, applicationName: 'of_three' });
      const first = await source.openSnapshot();
      const second = await source.openSnapshot();
      const third = source.openSnapshot();
      const reader = await source.joinSnapshot(second.id);
      const waiting = source.joinSnapshot(first.id);
      assert.equal((await readLines(reader, large)).length, 30_000);
      assert.equal(await connections('of_three'), 3);
      await reader.close();
      const next = await waiting;
      await next.close();
      await first.close();
      await (await third).close();
      await second.close();
      await source.close();
    });

    test('of one is enough: readers take turns on the connection of their snapshot', async () => {
      const source = sourceAt(product.url, { maxConnections: 1, applicationName: 'of_one' });
      const snapshot = await source.openSnapshot();
      const readers = await Promise.all([source.joinSnapshot(snapshot.id), source.joinSnapshot(snapshot.id)]);
      await snapshot.close();
      const counts = await Promise.all(
        readers.map(async (reader) => (await readLines(reader, large)).length),
      );
      assert.deepEqual(counts, [30_000, 30_000]);
      assert.equal(await connections('of_one'), 1);
      for (const reader of readers) await reader.close();
      await refusal(source.joinSnapshot(snapshot.id), 'snapshot_lost');
      await (await source.openSnapshot()).close();
      await source.close();
    });

    test('is given back by a connection that failed', async () => {
      const source = sourceAt(product.url, { maxConnections: 2 });
      const snapshot = await source.openSnapshot();
      for (let i = 0; i < 5; i++) await refusal(source.joinSnapshot('0000-0000-1'), 'snapshot_lost');
      await snapshot.close();
      for (let i = 0; i < 3; i++) await (await source.openSnapshot()).close();
      await source.close();
    });
  });

  describe('a category of very many rows', () => {
    const selection = selectionOf('huge', ['id']);
    before(() =>
      product.run(`
        create table huge (id bigint, account_id int) with (autovacuum_enabled = off);
        insert into huge select i, i % 3 from generate_series(1, 1800000) i`),
    );

    test('is counted to the last row, whatever the statistics say', async () => {
      await inSnapshot(product.source, async (reader) => {
        const counted = await reader.count({ ...selection, where: 't.id % 2 = 0' }, '1');
        assert.deepEqual(counted, { rowsInScope: 600_000, rowsLeftOut: 300_000 });
      });
    });

    test('is cut by a sample of its pages into parts of about the same size', async () => {
      await product.run('analyze huge');
      await inSnapshot(product.source, async (reader) => {
        const ranges = await reader.cut(selection, '1', 100_000);
        assert.ok(ranges.length >= 5 && ranges.length <= 7, `${ranges.length} ranges`);
        let rows = 0;
        for (const { from, to } of ranges) {
          const [count] = await product.ask(`
            select count(*)::text from huge
            where account_id = 1 and id >= ${from ?? 0} and id < ${to ?? 2_000_000}`);
          assert.ok(Number(count) > 50_000 && Number(count) < 150_000, `${count} rows`);
          rows += Number(count);
        }
        assert.equal(rows, 600_000);
      });
    });
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
