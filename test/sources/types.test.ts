import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { closeAll, drivers, type Product } from './drivers.ts';
import { collect, inSnapshot, newline, readLines, selectionOf } from './reading.ts';

/** What a type becomes: as `row_to_json` has it, or the difference that docs/types.md gives a reason for. */
type Becomes = 'the same' | 'instant' | 'local time' | 'base64' | 'on one line';

interface Type {
  values: string[];
  becomes?: Becomes;
}

const long = '1234567890'.repeat(4);
const text = [
  `''`,
  `'plain'`,
  `E'\\b\\f\\n\\r\\t\\v\\x01\\x1f\\x7f"\\\\/'`,
  `E'\\\\N'`,
  `'\\.'`,
  `E'\u2028\u2029 😀 é'`,
];

/** Literals of each type; a null is added to all. */
const types: Record<string, Type> = {
  boolean: { values: ['true', 'false'] },
  smallint: { values: ['-32768', '32767'] },
  integer: { values: ['-2147483648', '0', '2147483647'] },
  bigint: { values: ['9007199254740993', '-9223372036854775808', '9223372036854775807'] },
  numeric: {
    values: [`${long}.${long}`, '1.50', '-0.000', '1e-30', `'NaN'`, `'Infinity'`, `'-Infinity'`, '1e40'],
  },
  'numeric(10,2)': { values: ['1.5', '99999999.99'] },
  real: { values: ['0.1', '1e30', '-1.5e-30', `'NaN'`, `'Infinity'`, '16777217'] },
  'double precision': {
    values: ['0.1', `'-0'`, '1e300', '5e-324', `'NaN'`, `'-Infinity'`, '0.1::float8 + 0.2::float8'],
  },
  oid: { values: ['4294967295'] },
  money: { values: [`'1234.56'`, `'-0.01'`] },
  text: { values: text },
  varchar: { values: text },
  'varchar(3)': { values: [`'abc'`] },
  'char(5)': { values: [`'ab'`, `' '`] },
  '"char"': { values: [`'x'`] },
  name: { values: [`'a "name"'`] },
  citext: { values: [`'Grüße'`] },
  uuid: { values: [`'8C5B8A0E-0B5A-4A5E-9F3A-6D0B7C0F5A11'`] },
  json: {
    values: [
      `'{"b": 1.50, "a": [ ], "a": null}'`,
      `'"\\u0000 \\ud800 \\n \\/ \u2028"'`,
      `'12345678901234567890.10'`,
      `'null'`,
      `E'{\\n\\t"a":\\r\\n 1\\n}'`,
      `E' [1,\\n2] '`,
    ],
    becomes: 'on one line',
  },
  jsonb: { values: [`'{"b": 1.50, "a": [1, {"c": "\u2028\\\\"}]}'`, `'"\\n"'`, "'null'", `'${long}.10'`] },
  jsonpath: { values: [`'$.a[*] ? (@ > 1)'`] },
  xml: { values: [`'<a b="c">\nd</a>'`] },
  bytea: { values: [`''`, `'\\x00ff'`, `decode(repeat('00010203fdfeff', 100), 'hex')`], becomes: 'base64' },
  bit: { values: [`B'1'`] },
  'bit varying': { values: [`B'10110'`, `B''`] },
  date: {
    values: [`'2026-02-28'`, `'infinity'`, `'-infinity'`, `'0044-03-15 BC'`, `'12026-01-01'`, `'0001-01-01'`],
  },
  time: { values: [`'12:34:56.5'`, `'24:00'`, `'00:00'`] },
  timetz: { values: [`'12:34:56.5+05:30'`, `'00:00-08'`] },
  timestamp: {
    values: [
      `'2026-02-28 12:34:56.5'`,
      `'2026-02-28 12:34:56'`,
      `'1969-12-31 23:59:59.999999'`,
      `'infinity'`,
      `'-infinity'`,
      `'0044-03-15 09:00 BC'`,
      `'12026-01-01 00:00'`,
      `'294276-12-31 23:59:59.999999'`,
    ],
    becomes: 'local time',
  },
  timestamptz: {
    values: [
      `'2026-02-28 12:34:56.5+05:30'`,
      `'2026-02-28 12:34:56Z'`,
      `'1890-01-01 00:00:00 Europe/Berlin'`,
      `'infinity'`,
      `'-infinity'`,
      `'0044-03-15 09:00Z BC'`,
      `'12026-01-01 00:00Z'`,
      `'4713-11-24 00:00Z BC'`,
    ],
    becomes: 'instant',
  },
  interval: { values: [`'1 year 2 mons -3 days 04:05:06.789'`, `'0'`, `'-1 s'`, `'178000000 years'`] },
  inet: { values: [`'192.168.0.1/24'`, `'::1'`] },
  cidr: { values: [`'10.0.0.0/8'`] },
  macaddr: { values: [`'08:00:2b:01:02:03'`] },
  macaddr8: { values: [`'08:00:2b:01:02:03:04:05'`] },
  point: { values: [`'(1.5,-2)'`] },
  polygon: { values: [`'((0,0),(1,1),(1,0))'`] },
  circle: { values: [`'<(0,0),5>'`] },
  tsvector: { values: [`'a:1 ''it''''s'':2A'`] },
  tsquery: { values: [`'a & !b'`] },
  int4range: { values: [`'[1,5)'`, `'empty'`, `'(,)'`] },
  tstzrange: { values: [`'[2026-01-01 00:00+02,)'`] },
  datemultirange: { values: [`'{[2026-01-01,2026-02-01)}'`] },
  pg_lsn: { values: [`'16/B374D848'`] },
  regclass: { values: [`'pg_class'`] },
  'integer[]': { values: [`'{}'`, `'{1,null,3}'`, `'{{1,2},{3,4}}'`, `'[2:3]={7,8}'`] },
  'text[]': { values: [`array['a,b', '"q"', E'\\\\ \\n', null, 'NULL', '']`] },
  'numeric[]': { values: [`array[1.50, 'NaN', ${long}]`] },
  'timestamptz[]': { values: [`array['2026-02-28 12:00:00.5+05'::timestamptz, 'infinity']`] },
  'bytea[]': { values: [`array['\\x00ff'::bytea]`] },
  'jsonb[]': { values: [`array['{"a": 1}'::jsonb, 'null']`] },
  int2vector: { values: [`'1 2 3'`] },
  hstore: { values: [`'a=>1, "b c"=>NULL, d=>"\\"q\\""'`] },
  mood: { values: [`'happy'`, `'it''s "odd"'`] },
  'mood[]': { values: [`array['happy'::mood]`] },
  address: { values: [`row('Main St "1"', 7, '2026-01-01Z', '\\xff')`, `row(null, null, null, null)`] },
  'address[]': { values: [`array[row('a', 1, null, null)::address]`] },
  positive: { values: ['7'] },
  moment: { values: [`'2026-02-28 12:34:56Z'`], becomes: 'instant' },
  moments: { values: [`array['2026-02-28 12:34:56Z'::timestamptz]`] },
  settings: { values: [`'{"a": 1.50}'`] },
  'settings of settings': { values: [`'{"a": 1}'`] },
  blob: { values: [`'\\xfeed'`], becomes: 'base64' },
};

for (const [driver, open] of Object.entries(drivers)) {
  describe(`types of a ${driver} source`, () => {
    let product: Product;
    before(async () => {
      product = await open();
      await product.run(`
        create extension citext; create extension hstore;
        create type mood as enum ('happy', 'it''s "odd"');
        create type address as (street text, number int, since timestamptz, photo bytea);
        create domain positive as int check (value > 0);
        create domain moment as timestamptz;
        create domain moments as timestamptz[];
        create domain settings as jsonb not null default '{}';
        create domain "settings of settings" as settings;
        create domain blob as bytea;
        set timezone = 'UTC'; set intervalstyle = 'iso_8601'; set bytea_output = 'hex'`);
    });
    after(closeAll);

    for (const [type, { values, becomes = 'the same' }] of Object.entries(types)) {
      test(`${type} becomes ${becomes === 'the same' ? 'what row_to_json makes of it' : becomes}`, async () => {
        const table = `t_${Object.keys(types).indexOf(type)}`;
        const quoted = type.startsWith('settings') ? `"${type}"` : type;
        await product.run(`create table ${table} (id int primary key, account_id int, v ${quoted})`);
        const given = type.startsWith('settings') ? values : [...values, 'null'];
        for (const [id, value] of given.entries())
          await product.run(`insert into ${table} values (${id}, 1, ${value})`);
        const reference = await product.ask(
          `select row_to_json(r)::text from (select v from ${table} order by id) r`,
        );
        const sql = `select v from ${table} order by id`;
        const query = { name: table, sql, columns: [{ column: 'v', key: 'v' }] };
        const [lines, asked] = await inSnapshot(product.source, async (reader) => [
          await readLines(reader, selectionOf(table, ['v'])),
          await collect(reader.readQuery(query, { separator: newline })),
        ]);
        assert.equal(lines.length, given.length);
        assert.equal(asked.text, lines.join('\n'));
        for (const [id, line] of lines.entries()) {
          assert.doesNotThrow(() => JSON.parse(line), line);
          assert.equal(line, differing[becomes](reference[id] ?? ''), given[id]);
        }
        await keepsTheValue(type, becomes, lines, table);
      });
    }

    /** What differs from `row_to_json` is read back by Postgres as the same value. */
    async function keepsTheValue(type: string, becomes: Becomes, lines: string[], table: string) {
      if (becomes === 'the same' || becomes === 'on one line') return;
      for (const [id, line] of lines.entries()) {
        const { v } = JSON.parse(line);
        if (v === null) continue;
        const read: string = becomes === 'base64' ? `decode('${v}', 'base64')` : `'${v}'::${type}`;
        assert.deepEqual(
          await product.ask(`select id::text from ${table} where id = ${id} and v = ${read}`),
          [`${id}`],
        );
      }
    }

    test('every character from 1 to 0x2fff, and some of each plane, is kept in text and in JSON', async () => {
      await product.run(`
        create table characters (id int primary key, account_id int, body text, doc jsonb);
        insert into characters select i, 1, chr(i) || '|' || chr(i), to_jsonb(chr(i))
        from generate_series(1, 1114111) i where (i < 12288 or i % 997 = 0) and i not between 55296 and 57343`);
      const lines = await inSnapshot(product.source, (reader) =>
        readLines(reader, selectionOf('characters', ['id', 'body', 'doc'])),
      );
      assert.ok(lines.length > 12_287);
      for (const line of lines) {
        const { id, body, doc } = JSON.parse(line);
        const character = String.fromCodePoint(id);
        assert.equal(body, `${character}|${character}`);
        assert.equal(doc, character);
      }
      const reference = await product.ask(
        'select row_to_json(c)::text from (select id, body, doc from characters order by id) c',
      );
      assert.deepEqual(lines, reference);
    });

    test('every byte from 0 to 255 is kept in bytea', async () => {
      await product.run(`
        create table bytes (id int primary key, account_id int, v bytea);
        insert into bytes select i, 1, decode(repeat(lpad(to_hex(i), 2, '0'), i), 'hex') from generate_series(0, 255) i`);
      const lines = await inSnapshot(product.source, (reader) =>
        readLines(reader, selectionOf('bytes', ['id', 'v'])),
      );
      assert.equal(lines.length, 256);
      for (const line of lines) {
        const { id, v } = JSON.parse(line);
        assert.deepEqual(Buffer.from(v, 'base64'), Buffer.alloc(id, id));
      }
    });

    test('any rows are what row_to_json makes of them', async () => {
      await product.run(`
        create table anything (id int primary key, account_id int, "Text" text, "group" numeric, small smallint,
          "yes?" boolean, doc jsonb, raw json, list text[], ratio float8)`);
      const selection = selectionOf('anything', [
        'id',
        'Text',
        'group',
        'small',
        'yes?',
        'doc',
        'raw',
        'list',
        'ratio',
      ]);
      const stringOf = fc
        .string({ unit: 'binary', maxLength: 60 })
        .map((value) => value.replaceAll('\0', '').toWellFormed());
      const rowOf = fc.record(
        {
          Text: stringOf,
          group: fc
            .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat(9))
            .map(([n, d]) => `${n}.${d}0`),
          small: fc.integer({ min: -32768, max: 32767 }),
          'yes?': fc.boolean(),
          doc: fc.json().map(withoutNul),
          raw: fc.json({ noUnicodeString: false }),
          list: fc.array(fc.option(stringOf), { maxLength: 4 }),
          ratio: fc.double({ noNaN: true }).map(String),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(rowOf, { minLength: 1, maxLength: 30 }), async (rows) => {
          await product.run(`truncate anything; ${rows.map(insertOf).join(';')}`);
          const reference = await product.ask(`
            select row_to_json(a)::text from (
              select id, "Text", "group", small, "yes?", doc, raw, list, ratio from anything order by id) a`);
          const lines = await inSnapshot(product.source, (reader) => readLines(reader, selection));
          assert.deepEqual(lines, reference);
        }),
        { numRuns: 30 },
      );
    });
  });
}

const instant = /^(\{"v":")(-?\d+-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(\+00:00)?( BC)?("\})$/;

/** From a line of `row_to_json` to ours. */
const differing: Record<Becomes, (line: string) => string> = {
  'the same': (line) => line,
  'on one line': (line) => line.replace(/[\n\r\t]/g, ' '),
  'local time': (line) => line.replace(instant, padded('')),
  instant: (line) => line.replace(instant, padded('Z')),
  base64: (line) =>
    line.replace(/"\\\\x([0-9a-f]*)"/, (_, hex) => `"${Buffer.from(hex, 'hex').toString('base64')}"`),
};

function padded(zone: string) {
  return (_: string, open: string, seconds: string, fraction = '', _zone = '', era = '', close = '') =>
    `${open}${seconds}.${fraction.padEnd(6, '0')}${zone}${era}${close}`;
}

/** jsonb holds no \u0000 and no lone surrogates. */
function withoutNul(json: string): string {
  // Escape by escape: the second backslash of an escaped one begins none.
  return json.replace(/\\(u(0000|d[89a-f]..)|.)/gi, (found, _, refused) => (refused ? '?' : found));
}

function insertOf(row: Record<string, unknown>, index: number): string {
  const names = Object.keys(row).map((name) => `, "${name}"`);
  const values = Object.values(row).map((value) => `, ${literalOf(value)}`);
  return `insert into anything (id, account_id${names.join('')}) values (${index}, 1${values.join('')})`;
}

function literalOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `array[${value.map(literalOf).join(',')}]::text[]`;
  return `'${String(value).replaceAll("'", "''")}'`;
}
