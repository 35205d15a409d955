import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Belonging, Selection } from '../../src/sources/source.ts';
import { closeAll, drivers, type Product } from './drivers.ts';
import { inSnapshot, readRows, refusal, selectionOf } from './reading.ts';

/** Which rows are the subject's, for every source. */
for (const [driver, open] of Object.entries(drivers)) {
  describe(`what belongs to a subject of a ${driver} source`, () => {
    let product: Product;
    before(async () => {
      product = await open();
    });
    after(closeAll);

    const idsOf = async (selection: Selection, subject = '1') => {
      const rows = await inSnapshot(product.source, (reader) => readRows(reader, selection, subject));
      return rows.map(({ id }) => id);
    };

    test('a row that belongs in several ways leaves once', async () => {
      await product.run(`
        create table messages (id int primary key, sender_id int, recipient_id int);
        insert into messages values (1, 1, 2), (2, 2, 1), (3, 1, 1), (4, 2, 3), (5, null, 1), (6, null, null)`);
      const belongsTo = { anyOf: [{ column: 'sender_id' }, { column: 'recipient_id' }] };
      const messages = selectionOf('messages', ['id'], { belongsTo });
      assert.deepEqual(await idsOf(messages), [1, 2, 3, 5]);
      assert.deepEqual(await idsOf({ ...messages, where: 'id > 1 or id = 4' }), [2, 3, 5]);
      assert.deepEqual(await idsOf(messages, '9'), []);
    });

    test('ways through other tables and own columns are put together, in tables, partitions and views', async () => {
      await product.run(`
        create schema "Work Shop";
        create table "Work Shop"."Order" (id int primary key, "accountId" int, kind text);
        create table lines (id int, order_id int, "giftTo" int, "group" text) partition by list ("group");
        create table lines_a partition of lines for values in ('a');
        create table lines_b partition of lines default;
        create view lines_seen as select * from lines;
        insert into "Work Shop"."Order" values (10, 1, 'sale'), (11, 2, 'sale'), (12, 1, 'draft');
        insert into lines values (1, 10, null, 'a'), (2, 11, 1, 'b'), (3, 11, 2, 'a'), (4, 10, 1, 'b'), (5, 12, 2, 'a'),
          (6, null, null, 'b')`);
      const belongsTo: Belonging = {
        anyOf: [
          {
            column: 'accountId',
            through: [{ schema: 'Work Shop', table: 'Order', on: { order_id: 'id' }, is: { kind: 'sale' } }],
          },
          { column: 'giftTo' },
          { column: 'order_id', is: { group: 'a' } },
        ],
      };
      for (const table of ['lines', 'lines_seen']) {
        const selection = selectionOf(table, ['id'], { belongsTo });
        assert.deepEqual(await idsOf(selection), [1, 2, 4], table);
        assert.deepEqual(await idsOf(selection, '12'), [5], table);
        const ranged = await inSnapshot(product.source, (reader) =>
          readRows(reader, selection, '1', { range: { from: '2', to: '4' } }),
        );
        assert.deepEqual(ranged, [{ id: 2 }], table);
      }
    });

    test('an owner of another kind with the same id is somebody else', async () => {
      await product.run(`
        create type owner_kind as enum ('User', 'it''s "odd"');
        create table files (id int primary key, owner_id int, "ownerType" owner_kind, code char(4), "end" int);
        insert into files values (1, 1, 'User', 'a', 0), (2, 1, 'it''s "odd"', 'a', 0), (3, 2, 'User', 'a', 0),
          (4, 1, 'User', 'abcd', 1), (5, 1, null, null, null)`);
      const owned = (is: Record<string, string>) =>
        selectionOf('files', ['id'], { belongsTo: { column: 'owner_id', is } });
      assert.deepEqual(await idsOf(owned({ ownerType: 'User' })), [1, 4]);
      assert.deepEqual(await idsOf(owned({ ownerType: 'it\'s "odd"' })), [2]);
      assert.deepEqual(await idsOf(owned({ code: 'a', end: '0', ownerType: 'User' })), [1]);
    });

    test('a constant that is no value of its column is refused, as is a column that is not there', async () => {
      await product.run('create table things (id int primary key, account_id int, kind int)');
      const things = (is: Record<string, string>) =>
        idsOf(selectionOf('things', ['id'], { belongsTo: { column: 'account_id', is } }));
      const wrongValue = await refusal(things({ kind: 'User' }), 'source_refused');
      assert.match(wrongValue.message, /Category "things": "User" is no value of the column "kind"/);
      const wrongColumn = await refusal(things({ knd: '1' }), 'source_refused');
      assert.match(wrongColumn.message, /has no column "knd". Did you mean "kind"\?/);
    });

    test('an id that one way cannot hold is looked for in the others', async () => {
      await product.run(`
        create table mixed (id int primary key, owner_number int, owner_name text, owner_uuid uuid);
        insert into mixed values (1, 7, 'x7', null), (2, null, '7', null), (3, null, null, gen_random_uuid())`);
      const anyOf = [{ column: 'owner_uuid' }, { column: 'owner_number' }, { column: 'owner_name' }];
      const mixed = selectionOf('mixed', ['id'], { belongsTo: { anyOf } });
      assert.deepEqual(await idsOf(mixed, 'x7'), [1]);
      assert.deepEqual(await idsOf(mixed, '7'), [1, 2]);
      assert.deepEqual(await idsOf(mixed, ''), []);
      assert.deepEqual(await idsOf(mixed, '7\0'), []);
    });

    test('`only` keeps the rows of inheriting tables apart', async () => {
      await product.run(`
        create table cdr (id int, account_id int, number text);
        create table cdr_archive (archived_at date) inherits (cdr);
        create table lines_of (id int primary key, cdr_id int);
        insert into cdr values (1, 1, 'a'), (3, 2, 'b');
        insert into cdr_archive values (1, 1, 'old', '2020-01-01'), (2, 1, 'old', '2020-01-01')`);
      const cdr = selectionOf('cdr', ['id', 'number']);
      assert.deepEqual(await idsOf(cdr), [1, 1, 2]);
      assert.deepEqual(await idsOf({ ...cdr, only: true }), [1]);
      assert.deepEqual(await idsOf({ ...cdr, table: 'cdr_archive' }), [1, 2]);
      const anyOf = [
        { column: 'account_id' },
        { column: 'account_id', through: [{ schema: 'public', table: 'cdr', on: { id: 'id' } }] },
      ];
      assert.deepEqual(await idsOf({ ...cdr, only: true, belongsTo: { anyOf } }), [1]);
      await inSnapshot(product.source, async (reader) => {
        for (const belongsTo of [cdr.belongsTo, { anyOf }]) {
          const counted = await reader.count({ ...cdr, only: true, belongsTo }, '1');
          assert.deepEqual(counted, { rowsInScope: 1, rowsLeftOut: 0 });
        }
      });
    });

    test('`only` of a partitioned table, which has no rows itself, is refused', async () => {
      await product.run(`
        create table events (id int, account_id int) partition by range (id);
        create table events_1 partition of events default`);
      const error = await refusal(idsOf({ ...selectionOf('events', ['id']), only: true }), 'source_refused');
      assert.match(error.message, /"public.events" is partitioned.*remove `only`/);
    });

    test('a large table with several ways is cut into parts that share no row and miss none', async () => {
      await product.run(`
        create table big (id int primary key, a int, b int);
        create table friends (of int, friend int);
        insert into friends values (1, 3), (1, 4);
        insert into big select i, i % 10, i % 7 from generate_series(1, 20000) i`);
      const anyOf: Belonging = {
        anyOf: [
          { column: 'a' },
          { column: 'of', through: [{ schema: 'public', table: 'friends', on: { b: 'friend' } }] },
        ],
      };
      const big = selectionOf('big', ['id'], { belongsTo: anyOf });
      const expected = Array.from({ length: 20_000 }, (_, index) => index + 1).filter(
        (id) => id % 10 === 1 || [3, 4].includes(id % 7),
      );
      const ids = await inSnapshot(product.source, async (reader) => {
        const ranges = await reader.cut(big, '1', 1000);
        assert.ok(ranges.length > 3, `${ranges.length} ranges`);
        const found: unknown[] = [];
        for (const range of ranges) {
          const rows = await readRows(reader, big, '1', { range });
          found.push(...rows.map(({ id }) => id));
        }
        return found;
      });
      assert.deepEqual(ids, expected);
    });
  });
}
