import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Connection } from '../../src/sources/postgres/connection.ts';
import type { Reader, RowCount, Selection } from '../../src/sources/source.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { closeAll, drivers, type Product, postgresProduct, sourceAt } from './drivers.ts';
import { collect, inSnapshot, newline, readText, refusal, selectionOf } from './reading.ts';

after(closeAll);

/** What each category is made of. */
async function textsOf(reader: Reader, selections: Selection[], subject = '1', signal?: AbortSignal) {
  const texts: [string, string][] = [];
  const options = { separator: newline, ...(signal && { signal }) };
  for await (const { category, chunks } of reader.readEach(selections, subject, options)) {
    texts.push([category, (await collect(chunks)).text]);
  }
  return texts;
}

const makeTables = `
  create table numbers (id int primary key, account_id int not null, number text);
  insert into numbers select i, i % 3, 'number ' || i from generate_series(1, 30) i;
  create table letters (key uuid primary key, account_id uuid);
  insert into letters values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001');
  create table recordings (id int primary key, account_id text, body text);
  insert into recordings select i, i % 3, repeat(md5(i::text), 40) from generate_series(1, 3000) i;
  create table calls (id int, account_id int, year int) partition by list (year);
  create table calls_2025 partition of calls for values in (2025);
  create table calls_2026 partition of calls for values in (2026);
  insert into calls select i, 1, 2025 + i % 2 from generate_series(1, 9) i;
  create view known as select id, account_id from numbers where id < 20;
  create table none (id int primary key, account_id int);`;

const numbers = selectionOf('numbers', ['id', 'number']);
const letters = selectionOf('letters', ['key'], { orderBy: ['key'] });
const recordings = selectionOf('recordings', ['id', 'body'], { where: 'id % 2 = 0 -- even' });
const calls = selectionOf('calls', ['id', 'year']);
const known = selectionOf('known', ['id']);
const none = selectionOf('none', ['id']);
const all = [none, numbers, letters, calls, recordings, known, none, numbers];

for (const [driver, open] of Object.entries(drivers)) {
  describe(`several selections of a ${driver} source, read at once`, () => {
    let product: Product;
    before(async () => {
      product = await open();
      await product.run(makeTables);
    });

    test('give what each of them gives alone, also where the subject is no value for one of them', async () => {
      await inSnapshot(product.source, async (reader) => {
        for (const subject of ['1', '2', 'x7', '00000000-0000-0000-0000-000000000001', 'a\0b']) {
          const alone: [string, string][] = [];
          for (const one of all) alone.push([one.category, (await readText(reader, one, subject)).text]);
          assert.deepEqual(await textsOf(reader, all, subject), alone);
        }
        assert.equal((await textsOf(reader, all)).filter(([, text]) => text !== '').length, 5);
        assert.deepEqual(await textsOf(reader, []), []);
      });
    });

    test('are counted as each of them is alone', async () => {
      const counts = async (reader: Reader, subject: string) => {
        const counted: RowCount[] = [];
        for (const one of all) counted.push(await reader.count(one, subject));
        return counted;
      };
      for (const subject of ['1', 'x7', 'a\0b']) {
        await inSnapshot(product.source, async (reader) => {
          assert.deepEqual(await reader.countEach(all, subject), await counts(reader, subject));
        });
      }
      const counted = await inSnapshot(product.source, (reader) => reader.countEach(all, '1'));
      assert.deepEqual(counted[4], { rowsInScope: 1000, rowsLeftOut: 500 });
      assert.deepEqual(counted[2], { rowsInScope: 0, rowsLeftOut: 0 });
    });

    test('are refused in the name of the one that is wrong, and the reader stays usable', async () => {
      const wrong = {
        'no table "public.no_such"': selectionOf('no_such', ['id']),
        'no column "nubmer"': selectionOf('numbers', ['nubmer'], { category: 'misspelt' }),
        '"many" is no value of the column "id"': selectionOf('numbers', ['id'], {
          category: 'constant',
          belongsTo: { column: 'account_id', is: { id: 'many' } },
        }),
      };
      await inSnapshot(product.source, async (reader) => {
        for (const [words, selection] of Object.entries(wrong)) {
          const selections = [numbers, selection, recordings];
          for (const attempt of [textsOf(reader, selections), reader.countEach(selections, '1')]) {
            const { message } = await refusal(attempt, 'source_refused');
            assert.ok(message.startsWith(`Category "${selection.category}": `), message);
            assert.ok(message.includes(words), message);
          }
        }
        const divided = selectionOf('numbers', ['id'], { where: '1 / (id - id) = 1' });
        await refusal(textsOf(reader, [recordings, divided, numbers]), 'source_refused');
        await refusal(reader.countEach([recordings, divided, numbers], '1'), 'source_refused');
        assert.equal((await textsOf(reader, all)).length, all.length);
      });
    });

    test('stop when they are told to, in the middle, and the reader stays usable', async () => {
      await inSnapshot(product.source, async (reader) => {
        const controller = new AbortController();
        const sections = reader.readEach([numbers, recordings, none], '1', {
          separator: newline,
          signal: controller.signal,
        });
        await assert.rejects(async () => {
          for await (const { category, chunks } of sections) {
            if (category === 'recordings') controller.abort(new Error('enough'));
            await collect(chunks);
          }
        }, /enough/);
        for await (const { chunks } of reader.readEach(all, '1', { separator: newline })) {
          await collect(chunks);
          break;
        }
        assert.equal((await textsOf(reader, all)).length, all.length);
      });
    });
  });
}

describe('several selections of a Postgres server, read at once', () => {
  let product: Product & { url: string };
  const plain = [numbers, letters, recordings, none];
  const isAnybodyWaiting = async () =>
    (
      await product.ask(`
        select pid::text from pg_locks
        where not granted and database = (select oid from pg_database where datname = current_database())`)
    ).length > 0;
  before(async () => {
    product = await postgresProduct(await (await sharedPostgres()).createDatabase());
    await product.run(makeTables);
  });

  test('take as many messages as one, however many they are', async () => {
    const sent: string[] = [];
    const noted = (connection: Connection): Connection => ({
      ...connection,
      query: (sql) => noting(sql, connection.query(sql)),
      queryEach: (statements) => noting(statements.join(';'), connection.queryEach(statements)),
      copy: (sql, signal) => noting(sql, connection.copy(sql, signal)),
      copyEach: (statements, signal) => noting(statements.join(';'), connection.copyEach(statements, signal)),
    });
    const noting = <T>(sql: string, answer: T): T => {
      sent.push(sql);
      return answer;
    };
    const source = sourceAt(product.url, { wrap: noted });
    const messages = async (selections: Selection[]) => {
      sent.length = 0;
      await inSnapshot(source, async (reader) => {
        await reader.countEach(selections, '1');
        await textsOf(reader, selections);
      });
      return sent.length;
    };
    const few = await messages([numbers, none]);
    assert.ok(few <= 3, sent.join('\n'));
    const many = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? numbers : none));
    assert.equal(await messages(many), few);
    await source.close();
  });

  test('are lost when one of their tables is emptied after it was read, while another is', async () => {
    await product.run(`
      create table emptied (like numbers); insert into emptied select * from numbers;
      create table locked (like numbers)`);
    const selections = [selectionOf('emptied', ['id']), ...plain, selectionOf('locked', ['id'])];
    await inSnapshot(product.source, async (reader) => {
      await reader.countEach(selections, '1');
      await product.run('begin; lock table locked in access exclusive mode');
      const reading = refusal(textsOf(reader, selections), 'snapshot_lost');
      await until(isAnybodyWaiting);
      await product.run('truncate emptied; commit');
      await reading;
    });
  });

  test('are lost when one of their tables was emptied before it was read', async () => {
    await product.run('create table gone (like numbers); insert into gone select * from numbers');
    await inSnapshot(product.source, async (reader) => {
      const gone = selectionOf('gone', ['id']);
      await reader.countEach([gone, ...plain], '1');
      await product.run('truncate gone');
      await refusal(textsOf(reader, [...plain, gone]), 'snapshot_lost');
    });
  });

  test('are lost when another table has the name of one of them before it is read', async () => {
    await product.run('create table swapped (like numbers); insert into swapped select * from numbers');
    await inSnapshot(product.source, async (reader) => {
      const swapped = selectionOf('swapped', ['id']);
      await reader.countEach([swapped, ...plain], '1');
      await product.run(`
        begin; alter table swapped rename to before;
        create table swapped (like before); insert into swapped select * from before; commit`);
      await refusal(textsOf(reader, [...plain, swapped]), 'snapshot_lost');
    });
  });

  test('are not waited for by a migration of a table that was read, nor is there a deadlock with one', async () => {
    await product.run(`
      create table first (like numbers); insert into first select * from numbers;
      create table second (like numbers); insert into second select * from numbers`);
    const selections = [selectionOf('first', ['id']), ...plain, selectionOf('second', ['id'])];
    await inSnapshot(product.source, async (reader) => {
      await reader.countEach(selections, '1');
      await product.run(`
        begin; set local lock_timeout = '10s';
        alter table second add more int`);
      const reading = textsOf(reader, selections);
      await until(isAnybodyWaiting);
      await product.run(`alter table first add more int; commit`);
      const texts = await reading;
      assert.equal(texts.length, selections.length);
      assert.equal(texts[0]?.[1], texts.at(-1)?.[1]);
    });
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 10));
}
