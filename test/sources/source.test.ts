import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Selection } from '../../src/sources/source.ts';
import { closeAll, drivers, type Product } from './drivers.ts';
import { inSnapshot, newline, readLines, readRows, readText, refusal, selectionOf } from './reading.ts';

/** What holds for every source, whatever its driver. */
for (const [driver, open] of Object.entries(drivers)) {
  describe(`a ${driver} source`, () => {
    let product: Product;
    before(async () => {
      product = await open();
    });
    after(closeAll);

    /** Reads in a snapshot of its own. */
    const rowsOf = (selection: Selection, subject?: string) =>
      inSnapshot(product.source, (reader) => readRows(reader, selection, subject));

    test('hands out the rows of the subject and of nobody else, in the order of their key', async () => {
      await product.run(`
        create table contacts (id int primary key, account_id int, name text);
        insert into contacts values (3, 1, 'c'), (1, 1, 'a'), (2, 2, 'b'), (4, null, 'd')`);
      const selection = selectionOf('contacts', ['id', 'name']);
      assert.deepEqual(await rowsOf(selection), [
        { id: 1, name: 'a' },
        { id: 3, name: 'c' },
      ]);
      assert.deepEqual(await rowsOf(selection, '2'), [{ id: 2, name: 'b' }]);
      assert.deepEqual(await rowsOf(selection, '3'), []);
    });

    test('names the keys as the selection says, and takes names that SQL reserves or folds', async () => {
      await product.run(`
        create schema "Sales Dept";
        create table "Sales Dept"."Order" ("accountId" int, "select" int, "a""b" text, "Grüße" text);
        insert into "Sales Dept"."Order" values (1, 7, 'x', 'y')`);
      const selection: Selection = {
        category: 'orders',
        schema: 'Sales Dept',
        table: 'Order',
        columns: [
          { column: 'select', key: 'number' },
          { column: 'a"b', key: 'a"b' },
          { column: 'Grüße', key: 'Grüße' },
        ],
        belongsTo: { column: 'accountId' },
        orderBy: ['select'],
      };
      assert.deepEqual(await rowsOf(selection), [{ number: 7, 'a"b': 'x', Grüße: 'y' }]);
    });

    test('finds rows that belong to the subject through other tables', async () => {
      await product.run(`
        create table teams (id int primary key, "accountId" int);
        create table campaigns (id int primary key, team_id int, year int);
        create table sent (id int primary key, campaign_id int, year int, body text);
        insert into teams values (1, 1), (2, 2), (3, 1);
        insert into campaigns values (10, 1, 2025), (10 + 1, 2, 2025), (12, 3, 2026);
        insert into sent values (1, 10, 2025, 'ours'), (2, 11, 2025, 'theirs'), (3, 12, 2026, 'ours too'),
          (4, 10, 2026, 'of no campaign'), (5, null, null, 'of nobody')`);
      const selection = selectionOf('sent', ['id', 'body'], {
        belongsTo: {
          column: 'accountId',
          through: [
            { schema: 'public', table: 'campaigns', on: { campaign_id: 'id', year: 'year' } },
            { schema: 'public', table: 'teams', on: { team_id: 'id' } },
          ],
        },
      });
      assert.deepEqual(await rowsOf(selection), [
        { id: 1, body: 'ours' },
        { id: 3, body: 'ours too' },
      ]);
    });

    test('hands out a row once, however many rows of the other table it belongs to', async () => {
      await product.run(`
        create table rooms (id int primary key, name text);
        create table memberships (room_id int, account_id int);
        insert into rooms values (1, 'a'), (2, 'b');
        insert into memberships values (1, 1), (1, 1), (1, 2), (2, 2)`);
      const selection = selectionOf('rooms', ['id'], {
        belongsTo: {
          column: 'account_id',
          through: [{ schema: 'public', table: 'memberships', on: { id: 'room_id' } }],
        },
      });
      assert.deepEqual(await rowsOf(selection), [{ id: 1 }]);
    });

    test('leaves rows out by the predicate of the config, whatever brackets and comments it has', async () => {
      await product.run(`
        create table notes (id int primary key, account_id int, scrubbed_at timestamptz);
        insert into notes values (1, 1, null), (2, 1, now()), (3, 2, null)`);
      for (const where of [
        'scrubbed_at is null',
        't.scrubbed_at is null -- said by law',
        'id = 1 or id = 3',
      ]) {
        assert.deepEqual(await rowsOf(selectionOf('notes', ['id'], { where })), [{ id: 1 }], where);
      }
    });

    test('leaves secret paths inside JSON out, also of arrays of JSON', async () => {
      await product.run(`
        create table providers (id int primary key, account_id int, config json, more jsonb, list jsonb[]);
        insert into providers values (1, 1,
          '{"gateways":[{"host":"a","password":"CANARY_1"},{"pass\\u0077ord":"CANARY_2","password":"CANARY_3"}],"n":1.50}',
          '{"gateways":{"x":{"password":"CANARY_4","port":5060}},"note":"{\\"password\\":1}"}',
          array['{"password":"CANARY_5","a":1}'::jsonb])`);
      const gateways = [['gateways', '*', 'password']];
      const selection = selectionOf('providers', ['id'], {
        columns: [
          { column: 'config', key: 'config', omit: gateways },
          { column: 'more', key: 'more', omit: gateways },
          { column: 'list', key: 'list', omit: [['password']] },
        ],
      });
      const lines = await inSnapshot(product.source, (reader) => readLines(reader, selection));
      assert.doesNotMatch(lines.join(), /CANARY/);
      assert.deepEqual(
        lines.map((line) => JSON.parse(line)),
        [
          {
            config: { gateways: [{ host: 'a' }, {}], n: 1.5 },
            more: { gateways: { x: { port: 5060 } }, note: '{"password":1}' },
            list: [{ a: 1 }],
          },
        ],
      );
      assert.match(lines[0] ?? '', /1\.50/);
    });

    test('has no rows for an id that is no value of its column, and stays usable', async () => {
      await product.run(`
        create domain short as text check (length(value) < 5);
        create table by_uuid (id int, account_id uuid);
        create table by_domain (id int, account_id short);
        create table by_text (id int, account_id text);
        create table by_letter (id int, account_id char(3));
        insert into by_uuid values (1, '8c5b8a0e-0b5a-4a5e-9f3a-6d0b7c0f5a11');
        insert into by_domain values (1, 'abcd');
        insert into by_letter values (1, 'abc');
        insert into by_text values (1, 'null'), (2, E'\\ufffd'), (3, ''), (4, null)`);
      await inSnapshot(product.source, async (reader) => {
        for (const subject of ['7', '', 'null', "'", '8c5b8a0e', '\0', 'abcdef', '\ud800']) {
          for (const table of ['by_uuid', 'by_domain']) {
            const selection = selectionOf(table, ['id']);
            assert.deepEqual(await readRows(reader, selection, subject), [], `${table} ${subject}`);
            assert.deepEqual(await reader.count(selection, subject), { rowsInScope: 0, rowsLeftOut: 0 });
            assert.deepEqual(await reader.cut(selection, subject, 1), [{ from: null, to: null }]);
          }
        }
        const uuid = '8C5B8A0E-0B5A-4A5E-9F3A-6D0B7C0F5A11';
        assert.deepEqual(await readRows(reader, selectionOf('by_uuid', ['id']), uuid), [{ id: 1 }]);
        assert.deepEqual(await readRows(reader, selectionOf('by_letter', ['id']), 'abc'), [{ id: 1 }]);
        assert.deepEqual(await readRows(reader, selectionOf('by_domain', ['id']), 'abcd'), [{ id: 1 }]);
        for (const [subject, id] of Object.entries({ null: 1, '': 3 })) {
          assert.deepEqual(await readRows(reader, selectionOf('by_text', ['id']), subject), [{ id }]);
        }
        assert.deepEqual(await readRows(reader, selectionOf('by_text', ['id']), '\ud800'), []);
        assert.deepEqual(await readRows(reader, selectionOf('by_text', ['id']), '\0'), []);
      });
    });

    test('takes the id of the subject as a value, whatever it says', async () => {
      const ids = [
        `' or '1'='1`,
        `\\' or 1=1 --`,
        `\\`,
        `\\'; drop table victims; --`,
        `$$ or true or $$`,
        `'::text or true --`,
        `x') to stdout; drop table victims; copy (select '`,
        `E'\\x27`,
        `\u02bc or 1=1`,
        `%s ?1 $1 :id`,
        `line\nbreak`,
      ];
      const quoted = ids.map((id, index) => `(${index}, '${id.replaceAll("'", "''")}')`);
      await product.run(`
        create table victims (id int primary key, account_id text);
        insert into victims values ${quoted}, (100, 'somebody else')`);
      await inSnapshot(product.source, async (reader) => {
        for (const [index, id] of ids.entries()) {
          const rows = await readRows(reader, selectionOf('victims', ['id']), id);
          assert.deepEqual(rows, [{ id: index }], id);
        }
      });
      assert.deepEqual(await product.ask('select count(*)::text from victims'), [String(ids.length + 1)]);
    });

    test('refuses a table or column that is not there, and says what it may have meant', async () => {
      await product.run('create table phone_numbers (id int, account_id int, number text)');
      const refused = async (selection: Selection, message: RegExp) => {
        await inSnapshot(product.source, async (reader) => {
          const error = await refusal(readRows(reader, selection), 'source_refused');
          assert.match(error.message, message);
          assert.match(error.message, /"phone_?[nN]umb/);
          await refusal(reader.count(selection, '1'), 'source_refused');
          await refusal(reader.cut(selection, '1', 10), 'source_refused');
        });
      };
      const columns = ['id', 'number'];
      await refused(
        selectionOf('phone_number', columns),
        /no table "public\.phone_number".*"public\.phone_numbers"/,
      );
      await refused(selectionOf('phone_numbers', ['nubmer']), /no column "nubmer".*"number"/);
      await refused(selectionOf('phone_numbers', columns, { orderBy: ['idd'] }), /no column "idd".*"id"/);
      await refused(
        selectionOf('phone_numbers', columns, { belongsTo: { column: 'accountId' } }),
        /no column "accountId".*"account_id"/,
      );
      const hop = { schema: 'public', table: 'phone_numbers', on: { number: 'no_such' } };
      await refused(
        selectionOf('phone_numbers', columns, { belongsTo: { column: 'id', through: [hop] } }),
        /no column "no_such"/,
      );
    });

    test('refuses what would hand out too much or cannot be read, and stays usable', async () => {
      await product.run('create table plain (id int, account_id int, body text, doc json)');
      const hop = { schema: 'public', table: 'plain', on: {} };
      const refused: Record<string, Selection> = {
        'a way through another table that joins on nothing': selectionOf('plain', ['id'], {
          belongsTo: { column: 'id', through: [hop] },
        }),
        'a path inside what is not JSON': selectionOf('plain', [], {
          columns: [{ column: 'body', key: 'body', omit: [['password']] }],
        }),
        'no columns': selectionOf('plain', []),
        'a predicate that is no SQL': selectionOf('plain', ['id'], { where: 'id = = 1' }),
        'a predicate of columns that are not there': selectionOf('plain', ['id'], {
          where: 'deleted_at is null',
        }),
        'an order of what has none': selectionOf('plain', ['id'], { orderBy: ['doc'] }),
      };
      await inSnapshot(product.source, async (reader) => {
        for (const selection of Object.values(refused))
          await refusal(readRows(reader, selection), 'source_refused');
        assert.deepEqual(await readRows(reader, selectionOf('plain', ['id'])), []);
      });
    });

    test('puts the separator between rows and between chunks, and nowhere else', async () => {
      await product.run(`
        create table long (id int primary key, account_id int, body text);
        insert into long select i, 1, repeat(md5(i::text), 20) from generate_series(1, 3000) i`);
      const separator = Buffer.from('<|>');
      const { text, rows, chunks } = await inSnapshot(product.source, (reader) =>
        readText(reader, selectionOf('long', ['id', 'body']), '1', { separator }),
      );
      assert.equal(rows, 3_000);
      assert.ok(chunks > 2);
      assert.deepEqual(
        text.split('<|>').map((row) => JSON.parse(row).id),
        Array.from({ length: 3_000 }, (_, index) => index + 1),
      );
    });

    test('shows one instant: what is written after the snapshot is not seen, by joined readers neither', async () => {
      await product.run(`
        create table moments (id int primary key, account_id int);
        insert into moments values (1, 1), (2, 1)`);
      const selection = selectionOf('moments', ['id']);
      const before = new Date();
      const snapshot = await product.source.openSnapshot();
      const written = product.run('insert into moments values (3, 1); delete from moments where id = 1');
      if (driver === 'postgres') await written;
      const reader = await product.source.joinSnapshot(snapshot.id);
      assert.deepEqual(await readRows(reader, selection), [{ id: 1 }, { id: 2 }]);
      assert.deepEqual(await readRows(snapshot, selection), [{ id: 1 }, { id: 2 }]);
      await reader.close();
      await snapshot.close();
      await written;
      assert.deepEqual(await rowsOf(selection), [{ id: 2 }, { id: 3 }]);

      assert.match(snapshot.takenAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      const takenAt = Date.parse(snapshot.takenAt);
      assert.ok(takenAt >= before.getTime() - 1_000 && takenAt <= Date.now() + 1_000, snapshot.takenAt);
    });

    test('a reader goes on when the holder of its snapshot is gone; who comes later finds it lost', async () => {
      await product.run(
        'create table held (id int primary key, account_id int); insert into held values (1, 1)',
      );
      const snapshot = await product.source.openSnapshot();
      const reader = await product.source.joinSnapshot(snapshot.id);
      await snapshot.close();
      await snapshot.close();
      assert.deepEqual(await readRows(reader, selectionOf('held', ['id'])), [{ id: 1 }]);
      await reader.close();
      await reader.close();
      await refusal(product.source.joinSnapshot(snapshot.id), 'snapshot_lost');
      for (const id of ['', '00000003-00000001-1', "'; drop table held; --", '../../etc/passwd']) {
        await refusal(product.source.joinSnapshot(id), 'snapshot_lost');
      }
    });

    test('does one thing after another when several are asked of one reader', async () => {
      await product.run(`
        create table queued (id int primary key, account_id int);
        insert into queued select i, 1 from generate_series(1, 500) i`);
      const selection = selectionOf('queued', ['id']);
      await inSnapshot(product.source, async (reader) => {
        const answers = await Promise.all([
          reader.count(selection, '1'),
          readRows(reader, selection),
          reader.cut(selection, '1', 100),
          readRows(reader, selection, '2'),
          readRows(reader, selectionOf('no_such', ['id'])).catch((error) => error.code),
          readRows(reader, selection),
        ]);
        assert.deepEqual(answers[0], { rowsInScope: 500, rowsLeftOut: 0 });
        assert.equal(answers[1].length, 500);
        assert.ok(answers[2].length > 1);
        assert.deepEqual(answers[3], []);
        assert.equal(answers[4], 'source_refused');
        assert.equal(answers[5].length, 500);
      });
    });

    test('stops when it is told to, at once or in the middle, and stays usable', async () => {
      await product.run(`
        create table many (id int primary key, account_id int, body text);
        insert into many select i, 1, repeat(md5(i::text), 20) from generate_series(1, 20000) i`);
      const selection = selectionOf('many', ['id', 'body']);
      await inSnapshot(product.source, async (reader) => {
        const aborted = AbortSignal.abort(new Error('not wanted'));
        await assert.rejects(readRows(reader, selection, '1', { signal: aborted }), /not wanted/);

        const controller = new AbortController();
        let seen = 0;
        await assert.rejects(async () => {
          for await (const chunk of reader.read(selection, '1', {
            separator: newline,
            signal: controller.signal,
          })) {
            seen += chunk.rows;
            controller.abort(new Error('stop here'));
          }
        }, /stop here/);
        assert.ok(seen > 0 && seen < 20_000, `${seen} rows`);

        for await (const chunk of reader.read(selection, '1', { separator: newline })) {
          assert.ok(chunk.rows < 20_000);
          break;
        }
        assert.equal((await readLines(reader, selection)).length, 20_000);
      });
    });

    test('orders text by its bytes, whatever the collation of the column is', async () => {
      const collation = driver === 'postgres' ? 'collate "en-x-icu"' : '';
      await product.run(`
        create table words (id text ${collation} primary key, account_id int);
        insert into words select w, 1 from unnest(array['b', 'B', 'a', 'A', 'ä', 'Z', '_', '1', 'é', '😀', 'z', '']) w`);
      const rows = await rowsOf(selectionOf('words', ['id']));
      const words = rows.map(({ id }) => String(id));
      assert.deepEqual(
        words,
        words.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    });

    test('counts the rows of a subject, and apart those that the predicate leaves out, null among them', async () => {
      await product.run(`
        create table counted (id int primary key, account_id int, state text);
        insert into counted select i, i % 4, case i % 5 when 0 then null when 1 then 'gone' else 'here' end
          from generate_series(1, 60000) i;
        insert into counted select -i, 7, null from generate_series(1, 33) i`);
      const selection = selectionOf('counted', ['id']);
      const here = { ...selection, where: "t.state = 'here' -- not the others" };
      await inSnapshot(product.source, async (reader) => {
        assert.deepEqual(await reader.count(selection, '1'), { rowsInScope: 15_000, rowsLeftOut: 0 });
        assert.deepEqual(await reader.count(here, '1'), { rowsInScope: 15_000, rowsLeftOut: 6_000 });
        assert.equal((await readRows(reader, here)).length, 9_000);
        assert.deepEqual(await reader.count(here, '7'), { rowsInScope: 33, rowsLeftOut: 33 });
        assert.deepEqual(await reader.count(selection, '8'), { rowsInScope: 0, rowsLeftOut: 0 });
      });
    });
  });
}
