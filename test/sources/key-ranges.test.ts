import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KeyRange } from '../../src/sources/source.ts';
import { closeAll, drivers, type Product } from './drivers.ts';
import { inSnapshot, readRows, selectionOf } from './reading.ts';

for (const [driver, open] of Object.entries(drivers)) {
  describe(`key ranges of a ${driver} source`, () => {
    let product: Product;
    before(async () => {
      product = await open();
    });
    after(closeAll);

    const keys: Record<string, { type: string; value: string }> = {
      int: { type: 'int', value: '(i * 7919) % 10007' },
      bigint: { type: 'bigint', value: '1400000000000000000 + (i * 7919) % 10007' },
      uuid: { type: 'uuid', value: 'md5(i::text)::uuid' },
      text: {
        type: 'text',
        value: `(array['ä','Z','a','ß','_','é','A','😀',' '])[1 + i % 9] || md5(i::text)`,
      },
      varchar: { type: 'varchar(40)', value: `'x' || i` },
      char: { type: 'char(8)', value: `left(md5(i::text), 8)` },
      numeric: { type: 'numeric', value: `case when i % 100 = 0 then 'NaN' else i / 3.0 end` },
      float8: { type: 'float8', value: 'sqrt(i)' },
      timestamptz: { type: 'timestamptz', value: `'2026-01-01Z'::timestamptz + i * interval '1.000001 s'` },
      timestamp: {
        type: 'timestamp',
        value: `case when i % 50 = 0 then 'infinity' else '2026-01-01'::timestamp + i * interval '1 h' end`,
      },
      date: { type: 'date', value: `'2026-01-01'::date + i` },
      'few different': { type: 'int', value: 'i % 3' },
      'one for all': { type: 'int', value: '5' },
      'null here and there': { type: 'int', value: 'case when i % 4 = 0 then null else i end' },
      'no other than null': { type: 'int', value: 'null' },
      boolean: { type: 'boolean', value: 'i % 2 = 0' },
    };
    for (const [name, { type, value }] of Object.entries(keys)) {
      test(`share no row and miss none when the key is ${name}`, async () => {
        const table = `keyed_${Object.keys(keys).indexOf(name)}`;
        await product.run(`
          create table ${table} (key ${type}, id int, account_id int);
          insert into ${table} select ${value}, i, 1 from generate_series(1, 1000) i;
          insert into ${table} select key, -id, 2 from ${table}`);
        const selection = selectionOf(table, ['id'], { orderBy: ['key', 'id'] });
        await inSnapshot(product.source, async (reader) => {
          const ranges = await reader.cut(selection, '1', 100);
          assert.equal(ranges[0]?.from, null);
          assert.equal(ranges.at(-1)?.to, null);
          const whole = await readRows(reader, selection);
          const pieces = [];
          for (const range of ranges) pieces.push(await readRows(reader, selection, '1', { range }));
          assert.deepEqual(pieces.flat(), whole);
          assert.equal(whole.length, 1_000);

          const isOneValue = ['one for all', 'no other than null', 'boolean'].includes(name);
          if (isOneValue) return;
          assert.ok(ranges.length > 1);
          if (name === 'few different' || name === 'null here and there') return;
          for (const piece of pieces)
            assert.ok(piece.length >= 60 && piece.length <= 140, `${piece.length} rows`);
        });
      });
    }

    test('share no row and miss none wherever they are cut', async () => {
      await product.run(`
        create table cut_anywhere (key text, id int, account_id int);
        insert into cut_anywhere
        select case when i % 10 > 0 then chr(64 + i % 300) || i % 7 end, i, 1 from generate_series(1, 500) i`);
      const selection = selectionOf('cut_anywhere', ['id'], { orderBy: ['key', 'id'] });
      await inSnapshot(product.source, async (reader) => {
        const whole = await readRows(reader, selection);
        for (const edges of [['a'], ['A', 'Z', 'ä'], ['', "'", '\\', '~', '😀'], ['a', 'a']]) {
          const bounds = [null, ...edges, null];
          const ranges: KeyRange[] = bounds
            .slice(1)
            .map((to, index) => ({ from: bounds[index] ?? null, to }));
          const pieces = [];
          for (const range of ranges) pieces.push(await readRows(reader, selection, '1', { range }));
          assert.deepEqual(pieces.flat(), whole, JSON.stringify(edges));
        }
      });
    });

    test('are one when there are few rows, no order, or a key that cannot be cut', async () => {
      await product.run(`
        create table uncut (id int, account_id int, box point, tags text[]);
        insert into uncut select i, 1, point(1, i), array[i::text] from generate_series(1, 100) i`);
      const one: KeyRange[] = [{ from: null, to: null }];
      await inSnapshot(product.source, async (reader) => {
        assert.deepEqual(await reader.cut(selectionOf('uncut', ['id']), '1', 100), one);
        assert.deepEqual(await reader.cut(selectionOf('uncut', ['id']), '9', 1), one);
        assert.deepEqual(await reader.cut(selectionOf('uncut', ['id'], { orderBy: [] }), '1', 10), one);
        assert.deepEqual(await reader.cut(selectionOf('uncut', ['id'], { orderBy: ['tags'] }), '1', 10), one);
      });
    });
  });
}
