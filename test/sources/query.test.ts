import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { quoteIdentifier, quoteLiteral } from '../../src/sources/postgres/quote.ts';
import type { Query, Reader } from '../../src/sources/source.ts';
import { closeAll, drivers, type Product } from './drivers.ts';
import { collect, inSnapshot, newline, refusal } from './reading.ts';

/** What holds for the statements that are asked of a source, whatever its driver. */
for (const [driver, open] of Object.entries(drivers)) {
  describe(`a statement on a ${driver} source`, () => {
    let product: Product;
    before(async () => {
      product = await open();
      await product.run(`
        create table people (id int primary key, name text, born date, doc json);
        insert into people values (1, 'Ada', '1815-12-10', E'{"a":\\n\\t1.50,\\n"secret":"CANARY"}'),
          (2, null, null, null), (3, 'it''s "C"', null, '[{"secret":"CANARY","b":2}]');
        create table numbers (id int primary key, body text);
        insert into numbers select i, md5(i::text) from generate_series(1, 50000) i`);
    });
    after(closeAll);

    const linesOf = async (sql: string, columns: string[] | Query['columns'], name = 'people') =>
      inSnapshot(product.source, (reader) => readLines(reader, queryOf(sql, columns, name)));
    const csvOf = (sql: string) =>
      inSnapshot(product.source, (reader) => collect(reader.readCsv({ name: 'csv', sql }, {})));

    describe('whose rows are JSON', () => {
      test('hands out the columns that are selected, by their keys and in their order', async () => {
        const sql = `select upper(name) as "Loud", id * 2 as twice, id, 'x' as letter from people order by id desc`;
        const lines = await linesOf(sql, [
          { column: 'id', key: 'number' },
          { column: 'Loud', key: 'na"me' },
          { column: 'letter', key: 'letter' },
        ]);
        assert.deepEqual(lines, [
          `{"number":3,"na\\"me":"IT'S \\"C\\"","letter":"x"}`,
          '{"number":2,"na\\"me":null,"letter":"x"}',
          '{"number":1,"na\\"me":"ADA","letter":"x"}',
        ]);
      });

      test('has its own types beside one that differs from it in what a literal is', async () => {
        await inSnapshot(product.source, async (reader) => {
          for (const [literal, said] of [
            [`'a'`, '"a"'],
            ['1', '1'],
            [`'it''s'`, `"it's"`],
            ['true', 'true'],
            ['1.50', '1.50'],
          ]) {
            const sql = `select ${literal} as x from people where id = 1`;
            assert.deepEqual(await readLines(reader, queryOf(sql, ['x'])), [`{"x":${said}}`]);
          }
        });
      });

      test('has types of its own: JSON that it builds, records, arrays, instants, bytes, booleans', async () => {
        const sql = `
          select json_build_object('doc', doc, 'text', E'a\\nb') as built, row(1, name) as pair,
            array[row(born)] as pairs, array_agg(id) over () as ids, born::timestamptz as at, id = 1 as is_first,
            name::bytea as bytes, count(*) over () as total, interval '1 day' as span
          from people where id = 1`;
        const names = ['built', 'pair', 'pairs', 'ids', 'at', 'is_first', 'bytes', 'total', 'span'];
        const [line = ''] = await linesOf(sql, names);
        assert.deepEqual(JSON.parse(line), {
          built: { doc: { a: 1.5, secret: 'CANARY' }, text: 'a\nb' },
          pair: { f1: 1, f2: 'Ada' },
          pairs: [{ f1: '1815-12-10' }],
          ids: [1],
          at: '1815-12-10T00:00:00.000000Z',
          is_first: true,
          bytes: 'QWRh',
          total: 1,
          span: 'P1D',
        });
        assert.match(line, /1\.50/);
        assert.doesNotMatch(line, /[\n\t]/);
      });

      test('leaves secret paths inside JSON out', async () => {
        const omit = [['secret']];
        const sql = 'select doc, to_jsonb(people) as all from people order by id';
        const lines = await linesOf(sql, [
          { column: 'doc', key: 'doc', omit },
          { column: 'all', key: 'all', omit: [['doc', 'secret'], ['name']] },
        ]);
        assert.doesNotMatch(lines.join(), /CANARY|Ada/);
        assert.deepEqual(JSON.parse(lines[0] ?? ''), {
          doc: { a: 1.5 },
          all: { id: 1, born: '1815-12-10', doc: { a: 1.5 } },
        });
        assert.deepEqual(JSON.parse(lines[1] ?? '').doc, null);
        assert.deepEqual(JSON.parse(lines[2] ?? '').doc, [{ b: 2 }]);
      });

      test('has no rows when the statement has none, whatever its types are', async () => {
        assert.deepEqual(await linesOf('select doc, id from people where false', ['doc', 'id']), []);
      });

      test('keeps the order of the statement, and puts the separator between its rows', async () => {
        const sql = `select id, body, json_build_array(id) as list from numbers order by md5(body || 'x'), id`;
        const expected = await product.ask(`select id::text from (${sql}) q`);
        const separator = Buffer.from(',\n      ');
        const query = queryOf(sql, ['id', 'body', 'list']);
        const { text, rows, chunks } = await inSnapshot(product.source, (reader) =>
          collect(reader.readQuery(query, { separator })),
        );
        assert.equal(rows, 50_000);
        assert.ok(chunks > 5);
        assert.deepEqual(
          text.split(',\n      ').map((line) => String(JSON.parse(line).id)),
          expected,
        );
      });

      test('may be a union with an order and a limit, begin with WITH and end with a comment', async () => {
        const union = `select id from people union all select id + 10 from people order by id desc limit 4`;
        assert.deepEqual(await linesOf(union, ['id']), ['{"id":13}', '{"id":12}', '{"id":11}', '{"id":3}']);
        const sql = 'with one as (select min(id) as id from people) select id from one -- ) to stdout';
        assert.deepEqual(await linesOf(sql, ['id']), ['{"id":1}']);
      });

      test('is refused by its name when it has not the columns that are selected', async () => {
        const refused: Record<string, [Query, RegExp]> = {
          'a missing column': [
            queryOf('select id, name from people', ['id', 'nmae']),
            /"nmae".*"id", "name"/,
          ],
          'no columns': [queryOf('select id from people', []), /no column/],
          'a path inside what is not JSON': [
            queryOf('select name from people', [{ column: 'name', key: 'name', omit: [['secret']] }]),
            /"name" is not JSON/,
          ],
          'a column that is there twice': [queryOf('select id, id from people', ['id']), /ambiguous/],
          'what is no SQL': [queryOf('select from where', ['id']), /syntax error/],
          'a table that is not there': [queryOf('select id from no_such', ['id']), /no_such/],
          'a statement that writes': [
            queryOf('with gone as (delete from people returning id) select id from gone', ['id']),
            /./,
          ],
        };
        await inSnapshot(product.source, async (reader) => {
          for (const [what, [query, words]] of Object.entries(refused)) {
            const { message } = await refusal(readLines(reader, query), 'source_refused', what);
            assert.match(message, /"the query"/, what);
            assert.match(message, words, what);
          }
          assert.equal((await readLines(reader, queryOf('select id from people', ['id']))).length, 3);
        });
      });

      test('fails in the middle without the words of the server, which may quote a value', async () => {
        const sql = `select case when id < 40000 then id else ('CANARY' || id)::int end as id from numbers order by 1`;
        await inSnapshot(product.source, async (reader) => {
          const failing = `select (case when id < 40000 then '1' else 'CANARY' end)::int as id from numbers`;
          for (const statement of [sql, failing]) {
            const { message } = await refusal(
              readLines(reader, queryOf(statement, ['id'])),
              'source_refused',
            );
            assert.doesNotMatch(message, /CANARY/);
          }
          assert.deepEqual(await reader.ask({ name: 'one', sql: 'select 1' }), [['1']]);
        });
      });
    });

    describe('whose rows are CSV', () => {
      test('has quotes where they are needed, tells null from an empty text, and ends records with CRLF', async () => {
        const { text, rows } = await csvOf(`
          select * from (values (1, 'plain', null), (2, 'a,b', ''), (3, 'say "hi"', E'line\\nline\\r\\nline\\r'),
            (4, E'\\t', '\\N'), (5, 'Grüße 😀', ' ')) v order by 1 -- done`);
        assert.equal(
          text,
          '1,plain,\r\n2,"a,b",""\r\n3,"say ""hi""","line\nline\r\nline\r"\r\n4,\t,\\N\r\n5,Grüße 😀, \r\n',
        );
        assert.equal(rows, 5);
        assert.deepEqual(await csvOf('select 1 where false'), { text: '', rows: 0, replaced: 0, chunks: 0 });
      });

      test('comes in chunks of whole records, in the order of the statement', async () => {
        const sql = `select id, E'"\\n' || body from numbers order by id desc`;
        const ids: number[] = [];
        let chunks = 0;
        await inSnapshot(product.source, async (reader) => {
          for await (const { bytes, rows } of reader.readCsv({ name: 'csv', sql }, {})) {
            const text = Buffer.from(bytes).toString();
            assert.ok(text.endsWith('\r\n'));
            const records = text.split('\r\n').slice(0, -1);
            assert.equal(records.length, rows);
            ids.push(...records.map((record) => Number(/^(\d+),"""\n[0-9a-f]{32}"$/.exec(record)?.[1])));
            chunks++;
          }
        });
        assert.ok(chunks > 5);
        assert.deepEqual(
          ids,
          Array.from({ length: 50_000 }, (_, index) => 50_000 - index),
        );
      });

      test('is refused by its name, and the reader stays usable', async () => {
        await inSnapshot(product.source, async (reader) => {
          const reading = collect(reader.readCsv({ name: 'the query', sql: 'select nothing' }, {}));
          assert.match((await refusal(reading, 'source_refused')).message, /"the query".*nothing/);
          const { text } = await collect(reader.readCsv({ name: 'csv', sql: 'select 1' }, {}));
          assert.equal(text, '1\r\n');
        });
      });
    });

    test('stops when it is aborted or left in the middle, and the reader goes on', async () => {
      const query = queryOf('select id, body from numbers order by id', ['id', 'body']);
      await inSnapshot(product.source, async (reader) => {
        const readings = [
          (signal?: AbortSignal) => reader.readQuery(query, { separator: newline, signal }),
          (signal?: AbortSignal) => reader.readCsv(query, { signal }),
        ];
        for (const read of readings) {
          await assert.rejects(collect(read(AbortSignal.abort(new Error('never')))), /never/);
          const controller = new AbortController();
          await assert.rejects(async () => {
            for await (const _ of read(controller.signal)) controller.abort(new Error('enough'));
          }, /enough/);
          for await (const _ of read()) break;
          assert.equal((await collect(read())).rows, 50_000);
        }
      });
    });

    test('answers small questions in text, whatever the types are', async () => {
      await inSnapshot(product.source, async (reader) => {
        const ask = (sql: string) => reader.ask({ name: 'the question', sql });
        assert.deepEqual(await ask('select count(*), count(name), count(*) from people'), [['3', '2', '3']]);
        assert.deepEqual(
          await ask('select id, name, id > 1, born, doc from people where id < 3 order by id'),
          [
            ['1', 'Ada', 'false', '1815-12-10', '{"a":\n\t1.50,\n"secret":"CANARY"}'],
            ['2', null, 'true', null, null],
          ],
        );
        assert.deepEqual(await ask('select id from people order by id desc -- all'), [['3'], ['2'], ['1']]);
        assert.deepEqual(await ask('select id from people where false'), []);
        const { message } = await refusal(ask('select nothing'), 'source_refused');
        assert.match(message, /"the question"/);
        assert.deepEqual(await ask(`select exists (select from people where name = 'Ada')`), [['true']]);
      });
    });

    test('takes any text as a literal, and any name, but those that no text of Postgres can hold', async () => {
      const values = [`it's`, `\\' or 1=1 --`, `E'\\x27`, 'line\nbreak', '$$', '😀', '', `%s ? $1`];
      await inSnapshot(product.source, async (reader) => {
        for (const value of values) {
          const name = `n${value}`;
          const sql = `select ${quoteLiteral(value)} as ${quoteIdentifier(name)}`;
          const [line = ''] = await readLines(reader, queryOf(sql, [name]));
          assert.deepEqual(JSON.parse(line), { [name]: value });
        }
      });
      for (const value of ['a\0b', '\ud800']) {
        for (const quote of [quoteLiteral, quoteIdentifier]) {
          assert.throws(() => quote(value), { code: 'source_refused' });
        }
      }
    });

    if (driver === 'postgres') {
      test('is stopped on the server while it has not a row yet, and asking for its types does not run it', async () => {
        const query = queryOf('select pg_sleep(3600)::text as slept', ['slept']);
        const running = `select query from pg_stat_activity where application_name = 'handover' and state = 'active'
          and datname = current_database() and query like 'copy%'`;
        await inSnapshot(product.source, async (reader) => {
          for (const read of [reader.readQuery, reader.readCsv]) {
            const controller = new AbortController();
            const reading = collect(read(query, { separator: newline, signal: controller.signal }));
            while ((await product.ask(running)).length === 0) await setTimeout(10);
            controller.abort(new Error('enough'));
            await assert.rejects(reading, /enough/);
            assert.deepEqual(await product.ask(running), []);
          }
          assert.deepEqual(await reader.ask({ name: 'one', sql: 'select 1' }), [['1']]);
        });
      });

      test('notices that a table of it was emptied since the snapshot, also behind a view', async () => {
        await product.run(`
          create table emptied (id int); insert into emptied values (1);
          create view above as select id from emptied`);
        await inSnapshot(product.source, async (reader) => {
          assert.deepEqual(await readLines(reader, queryOf('select id from above', ['id'])), ['{"id":1}']);
          await product.run('truncate emptied');
          for (const table of ['emptied', 'above']) {
            const sql = `select id from ${table} order by id`;
            await refusal(readLines(reader, queryOf(sql, ['id'])), 'snapshot_lost');
            await refusal(collect(reader.readCsv({ name: 'csv', sql }, {})), 'snapshot_lost');
            await refusal(reader.ask({ name: 'ask', sql }), 'snapshot_lost');
          }
          assert.equal((await readLines(reader, queryOf('select id from people', ['id']))).length, 3);
        });
      });

      test('notices that another table has the name of one of its own since the snapshot', async () => {
        await product.run(`
          create table swapped (id int primary key); insert into swapped values (1);
          create table shadowed (id int primary key); insert into shadowed values (1), (2), (3);
          create table shadow (like shadowed); insert into shadow values (1);
          create view viewed as select id from shadowed;
          create schema "Old.One"; create table "Old.One".moved (id int); create table moved (id int)`);
        await inSnapshot(product.source, async (reader) => {
          await product.run(`
            begin; alter table swapped rename to before;
            create table swapped (like before including all); insert into swapped select * from before; commit;
            begin; insert into shadow values (2), (3); alter table shadowed rename to shadowed_before;
            alter table shadow rename to shadowed; create or replace view viewed as select id from shadowed; commit;
            begin; drop table moved; alter table "Old.One".moved set schema public; commit`);
          for (const table of ['swapped', 'shadowed', 'viewed', 'moved']) {
            const sql = `select id from ${table}`;
            await refusal(readLines(reader, queryOf(sql, ['id'])), 'snapshot_lost', table);
            await refusal(collect(reader.readCsv({ name: 'csv', sql }, {})), 'snapshot_lost', table);
            await refusal(reader.ask({ name: 'ask', sql }), 'snapshot_lost', table);
          }
        });
      });

      test('minds no index, partition, heir or column that was made since the snapshot', async () => {
        await product.run(`
          create table "In dexed" (id int primary key, word text); insert into "In dexed" values (1, 'a');
          create table lasting (id int) partition by range (id);
          create table lasting_1 partition of lasting for values from (0) to (10);
          insert into lasting values (1);
          create table parent (id int); create table heir () inherits (parent); insert into heir values (1)`);
        await inSnapshot(product.source, async (reader) => {
          await product.run(`
            create index on "In dexed" (word); alter table "In dexed" add more text;
            create table lasting_2 partition of lasting for values from (10) to (20);
            insert into lasting values (11);
            create table second_heir () inherits (parent); insert into second_heir values (2)`);
          for (const table of ['"In dexed"', 'lasting', 'parent'])
            assert.deepEqual(await readLines(reader, queryOf(`select id from ${table}`, ['id'])), [
              '{"id":1}',
            ]);
        });
      });

      test('notices that a partition of a table of it was taken off since the snapshot', async () => {
        await product.run(`
          create table divided (id int) partition by range (id);
          create table lower partition of divided for values from (0) to (10);
          create table upper partition of divided for values from (10) to (20);
          insert into divided values (1), (11)`);
        const query = queryOf('select id from divided order by id', ['id']);
        await inSnapshot(product.source, async (reader) => {
          assert.deepEqual(await readLines(reader, query), ['{"id":1}', '{"id":11}']);
          await product.run('alter table divided detach partition upper');
          await refusal(readLines(reader, query), 'snapshot_lost');
        });
      });
    }
  });
}

function queryOf(sql: string, columns: string[] | Query['columns'], name = 'the query'): Query {
  return {
    name,
    sql,
    columns: columns.map((column) => (typeof column === 'string' ? { column, key: column } : column)),
  };
}

async function readLines(reader: Reader, query: Query): Promise<string[]> {
  const { text, rows } = await collect(reader.readQuery(query, { separator: newline }));
  const lines = text === '' ? [] : text.split('\n');
  assert.equal(lines.length, rows);
  return lines;
}
