import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { sharedPostgres } from '../support/postgres.ts';
import { closeAll, postgresProduct, sourceAt } from './drivers.ts';
import { inSnapshot, readLines, readRows, readText, refusal, selectionOf } from './reading.ts';

describe('a Postgres source whose server is set up oddly', () => {
  after(closeAll);

  test('changes no row: formats, time zone, escapes, encoding and search path', async () => {
    const url = await (await sharedPostgres()).createDatabase();
    const odd = await postgresProduct(url);
    await odd.run(`
      create table formats (id int primary key, account_id text, at timestamptz, day date, span interval, ratio float8,
        bytes bytea, spans tstzrange, list timestamptz[]);
      insert into formats values (1, E'it''s \\\\', '2026-02-28 12:00:00.5+05', '2026-02-28', '1 mon 2 days 03:00:00',
        0.1::float8 + 0.2::float8, '\\x00ff', '[2026-01-01 00:00+02,)', array['2026-02-28 12:00:00+05'::timestamptz])`);
    // Slower than the server allows by itself, which is slow enough for what is sent before we say otherwise.
    const selection = selectionOf('formats', ['at', 'day', 'span', 'ratio', 'bytes', 'spans', 'list'], {
      where: 'pg_sleep(0.2) is not null',
    });
    const read = () =>
      inSnapshot(odd.source, async (snapshot) => {
        const reader = await odd.source.joinSnapshot(snapshot.id);
        const lines = await readLines(reader, selection, `it's \\`);
        await reader.close();
        assert.deepEqual(lines, await readLines(snapshot, selection, `it's \\`));
        return lines;
      });
    const expected = [
      '{"at":"2026-02-28T07:00:00.500000Z","day":"2026-02-28","span":"P1M2DT3H","ratio":0.30000000000000004,' +
        '"bytes":"AP8=","spans":"[\\"2025-12-31 22:00:00+00\\",)","list":["2026-02-28T07:00:00+00:00"]}',
    ];
    assert.deepEqual(await read(), expected);
    for (const [name, value] of Object.entries({
      datestyle: 'German, DMY',
      timezone: 'Asia/Kathmandu',
      intervalstyle: 'postgres_verbose',
      extra_float_digits: '-15',
      bytea_output: 'escape',
      standard_conforming_strings: 'off',
      backslash_quote: 'on',
      client_encoding: 'LATIN1',
      search_path: 'nowhere',
      default_transaction_isolation: 'serializable',
      statement_timeout: '100ms',
      idle_in_transaction_session_timeout: '1ms',
    })) {
      const quoted = name === 'search_path' ? value : `'${value}'`;
      await odd.run(`alter database ${url.split('/').at(-1)} set ${name} = ${quoted}`);
    }
    assert.deepEqual(await read(), expected);
  });

  test('is read by one core a reader, and compiles nothing, whatever the server would do by itself', async () => {
    const url = await (await sharedPostgres()).createDatabase();
    const product = await postgresProduct(url);
    for (const setting of ['max_parallel_workers_per_gather = 8', 'jit = on'])
      await product.run(`alter database ${url.split('/').at(-1)} set ${setting}`);
    const sql = `select current_setting('max_parallel_workers_per_gather'), current_setting('jit')`;
    const expected = [['0', 'off']];
    await inSnapshot(product.source, async (snapshot) => {
      assert.deepEqual(await snapshot.ask({ name: 'settings', sql }), expected);
      const reader = await product.source.joinSnapshot(snapshot.id);
      assert.deepEqual(await reader.ask({ name: 'settings', sql }), expected);
      await reader.close();
    });
  });

  test('a server that lets nobody export a snapshot is read on the connection of the snapshot', async () => {
    const url = await (await sharedPostgres()).createDatabase();
    const product = await postgresProduct(url);
    const role = `reader_${randomBytes(6).toString('hex')}`;
    await product.run(`
      create role ${role} login password 'pw';
      revoke execute on function pg_export_snapshot() from public;
      create table rows (id int primary key, account_id int);
      grant select on rows to ${role};
      insert into rows values (1, 1)`);
    const source = sourceAt(Object.assign(new URL(url), { username: role, password: 'pw' }).href);
    const snapshot = await source.openSnapshot();
    assert.equal(snapshot.isShareable, false);
    await product.run('insert into rows values (2, 1)');
    const reader = await source.joinSnapshot(snapshot.id);
    const selection = selectionOf('rows', ['id']);
    assert.deepEqual(await readRows(reader, selection), [{ id: 1 }]);
    await refusal(product.source.joinSnapshot(snapshot.id), 'snapshot_lost');
    await snapshot.close();
    assert.deepEqual(await readRows(reader, selection), [{ id: 1 }]);
    await reader.close();
    await refusal(source.joinSnapshot(snapshot.id), 'snapshot_lost');
    await product.run(`drop owned by ${role}; drop role ${role}`);
  });

  test('a database without an encoding gives UTF-8, and says what was not', async () => {
    const { url } = await sharedPostgres();
    const name = `ascii_${randomBytes(6).toString('hex')}`;
    const server = await postgresProduct(url);
    await server.run(
      `create database ${name} template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'`,
    );
    const ascii = await postgresProduct(Object.assign(new URL(url), { pathname: `/${name}` }).href);
    await ascii.run(`
      create table texts (id int primary key, account_id int, body text, doc jsonb);
      insert into texts values
        (1, 1, 'caf\u00e9', '{"a":"\u00e9"}'),
        (2, 1, 'caf' || convert_from('\\xe9', 'SQL_ASCII') || '|', '{}'),
        (3, 1, convert_from('\\xf09f98', 'SQL_ASCII'), null);
      insert into texts
      select i, 1, convert_from(case when i % 2 = 0 then '\\xe9' else '\\xe9be8d' end::bytea, 'SQL_ASCII') || i, null
      from generate_series(4, 3000) i`);
    const columns = ['id', 'body', 'doc'];
    await inSnapshot(ascii.source, async (reader) => {
      const { text, replaced } = await readText(reader, selectionOf('texts', columns, { where: 'id < 4' }));
      assert.deepEqual(
        text.split('\n').map((line) => JSON.parse(line)),
        [
          { id: 1, body: 'café', doc: { a: 'é' } },
          { id: 2, body: 'caf\ufffd|', doc: {} },
          { id: 3, body: '\ufffd', doc: null },
        ],
      );
      assert.equal(replaced, 2);
      const byBody = selectionOf('texts', ['id'], { orderBy: ['body', 'id'] });
      const whole = await readRows(reader, byBody);
      const pieces = [];
      for (const range of await reader.cut(byBody, '1', 100))
        pieces.push(await readRows(reader, byBody, '1', { range }));
      assert.deepEqual(pieces.flat(), whole);
      assert.equal(whole.length, 3_000);
    });
  });
});
