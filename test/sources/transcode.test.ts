import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Codec } from '../../src/sources/postgres/codecs.ts';
import { compileOmissions } from '../../src/sources/postgres/omit-paths.ts';
import { createTranscoder, type TranscodedColumn } from '../../src/sources/postgres/transcode.ts';

const separator = Buffer.from(',\n      ');

describe('the transcoder', () => {
  test('writes the rows of a COPY as JSON objects with a separator between them', () => {
    const columns = columnsOf({ id: 'number', displayName: 'string', isActive: 'boolean' });
    const { text, rows } = transcode(columns, [Buffer.from('1\tAda\tt\n2\t\\N\tf\n')]);
    assert.equal(
      text,
      '{"id":1,"displayName":"Ada","isActive":true},\n      {"id":2,"displayName":null,"isActive":false}',
    );
    assert.equal(rows, 2);
  });

  test('writes nothing for no rows', () => {
    assert.deepEqual(transcode(columnsOf({ id: 'number' }), []), {
      text: '',
      rows: 0,
      sizes: [],
      replaced: 0,
    });
  });

  test('tells a null from the text \\N and from an empty text', () => {
    const { text } = transcode(columnsOf({ a: 'string', b: 'string', c: 'string' }), [
      Buffer.from('\\N\t\\\\N\t\n'),
    ]);
    assert.deepEqual(JSON.parse(text), { a: null, b: '\\N', c: '' });
  });

  test('quotes keys as JSON, whatever a column is called', () => {
    const { text } = transcode(columnsOf({ 'a "b"\n': 'number', ключ: 'number' }), [Buffer.from('1\t2\n')]);
    assert.deepEqual(JSON.parse(text), { 'a "b"\n': 1, ключ: 2 });
  });

  test('passes every byte that text can hold, 1 to 127, and every lead of UTF-8', () => {
    for (let code = 1; code < 0x11000; code += code < 0x900 ? 1 : 97) {
      const value = `<${String.fromCodePoint(code)}>`;
      if (!value.isWellFormed()) continue;
      const { text } = transcode(columnsOf({ a: 'string', b: 'number' }), [copyRow([value, '7'])]);
      assert.deepEqual(JSON.parse(text), { a: value, b: 7 }, `code point ${code}`);
    }
  });

  test('keeps the digits of numbers, and writes what is no JSON number as a string', () => {
    const numbers = ['9223372036854775807', '-1.50', '1e+300', `0.${'1234567890'.repeat(4)}`];
    for (const number of numbers) {
      assert.equal(transcode(columnsOf({ n: 'number' }), [copyRow([number])]).text, `{"n":${number}}`);
    }
    for (const word of ['NaN', 'Infinity', '-Infinity']) {
      assert.equal(transcode(columnsOf({ n: 'number' }), [copyRow([word])]).text, `{"n":"${word}"}`);
    }
  });

  test('writes instants as RFC 3339 with microseconds, and what RFC 3339 has no form for as Postgres does', () => {
    const instants = {
      '2026-02-28 12:00:00+00': '2026-02-28T12:00:00.000000Z',
      '2026-02-28 12:00:00.5+00': '2026-02-28T12:00:00.500000Z',
      '1969-12-31 23:59:59.999999+00': '1969-12-31T23:59:59.999999Z',
      '0044-03-15 09:00:00.25+00 BC': '0044-03-15T09:00:00.250000Z BC',
      '12026-01-01 00:00:00+00': '12026-01-01T00:00:00.000000Z',
      infinity: 'infinity',
      '-infinity': '-infinity',
    };
    for (const [printed, expected] of Object.entries(instants)) {
      assert.equal(
        JSON.parse(transcode(columnsOf({ at: 'timestamptz' }), [copyRow([printed])]).text).at,
        expected,
      );
      const unzoned = printed.replace('+00', '');
      assert.equal(
        JSON.parse(transcode(columnsOf({ at: 'timestamp' }), [copyRow([unzoned])]).text).at,
        expected.replace('Z', ''),
      );
    }
  });

  test('refuses an instant that is not in UTC rather than calling it so', () => {
    const columns = columnsOf({ at: 'timestamptz' });
    assert.throws(() => transcode(columns, [copyRow(['2026-02-28 12:00:00+01'])]), /not in UTC/);
    assert.throws(() => transcode(columns, [copyRow(['2026-02-28'])]), /no time of day/);
  });

  test('passes JSON through on one line: digits, order, duplicate keys and escapes as they are', () => {
    const json =
      '{"z": 1.50,\n\t"a": 123456789012345678901234567890, "a":"\\u0000 \\ud800 \\n \u2028 \\\\"\r\n}';
    const { text } = transcode(columnsOf({ j: 'json' }), [copyRow([json])]);
    assert.equal(text, `{"j":${json.replace(/[\n\t\r]/g, ' ')}}`);
  });

  test('joins the lines of base64', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const lines = bytes.toString('base64').replace(/(.{76})/g, '$1\n');
    const { text } = transcode(columnsOf({ b: 'base64' }), [copyRow([lines])]);
    assert.deepEqual(Buffer.from(JSON.parse(text).b, 'base64'), bytes);
  });

  test('gives the same rows wherever the bytes are cut, also inside escapes and characters', () => {
    const columns = columnsOf({ s: 'string', n: 'number', at: 'timestamptz', j: 'json', b: 'boolean' });
    const rows = [
      ['a\\b"c\n\t\v😀é', '-1.5', '2026-02-28 12:00:00.123456+00', '{"k":\n[1,"\\n"]}', 't'],
      [null, null, null, null, null],
      ['', '1', 'infinity', 'null', 'f'],
    ];
    const bytes = Buffer.concat(rows.map(copyRow));
    const whole = transcode(columns, [bytes]).text;
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.equal(
        transcode(columns, [bytes.subarray(0, cut), bytes.subarray(cut)]).text,
        whole,
        `cut at ${cut}`,
      );
    }
    const single = Array.from(bytes, (byte) => Buffer.from([byte]));
    assert.equal(transcode(columns, single).text, whole);
  });

  test('agrees with JSON.stringify on any rows, cut anywhere, in chunks of any size', () => {
    const field = fc.option(
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '').toWellFormed()),
    );
    const rows = fc.array(fc.tuple(field, field, field), { maxLength: 20 });
    const cuts = fc.array(fc.nat(400), { maxLength: 6 });
    fc.assert(
      fc.property(rows, cuts, fc.integer({ min: 1, max: 300 }), (rows, cuts, chunkBytes) => {
        const columns = columnsOf({ a: 'string', b: 'string', c: 'string' });
        const pieces = cutAt(Buffer.concat(rows.map(copyRow)), cuts);
        const { text, rows: count } = transcode(columns, pieces, chunkBytes);
        const expected = rows.map(([a, b, c]) => ({ a, b, c }));
        assert.deepEqual(JSON.parse(`[${text}]`), expected);
        assert.equal(count, rows.length);
      }),
    );
  });

  test('hands out whole rows in chunks of 64 to 256 KiB, and a longer row alone', () => {
    const columns = columnsOf({ a: 'string' });
    const short = 'x'.repeat(500);
    const rows = Array.from({ length: 6_000 }, () => short);
    rows.splice(3_000, 0, '"'.repeat(1_000_000));
    const { text, sizes } = transcode(
      columns,
      cutEvery(Buffer.concat(rows.map((row) => copyRow([row]))), 65_536),
    );
    assert.deepEqual(
      text.split(separator.toString()).map((row) => JSON.parse(row).a),
      rows,
    );
    const long = sizes.filter((size) => size > 256 * 1024);
    assert.equal(long.length, 1);
    assert.ok(sizes.length > 8);
    // The one before the long row and the last hold what there was.
    assert.ok(sizes.filter((size) => size < 64 * 1024).length <= 2, `sizes ${sizes}`);
  });

  test('leaves paths of JSON out, and nothing beside them', () => {
    const columns: TranscodedColumn[] = [
      { key: 'id', codec: 'number' },
      { key: 'config', codec: 'json', omission: compileOmissions([['gateways', '*', 'password']]) },
      { key: 'name', codec: 'string' },
    ];
    const json = '{"gateways": [{"host": "a", "password": "s3cret"},\n{"pass\\u0077ord":1}], "n":1.50}';
    const { text } = transcode(columns, [copyRow(['1', json, 'x']), copyRow(['2', null, 'y'])]);
    assert.equal(
      text,
      `{"id":1,"config":{"gateways": [{"host": "a"},{}],"n":1.50},"name":"x"}${separator}{"id":2,"config":null,"name":"y"}`,
    );
  });

  test('makes bytes that are not UTF-8 into U+FFFD, counts them, and eats nothing beside them', () => {
    const row = Buffer.concat([Buffer.from('a\xe9', 'latin1'), Buffer.from('\tb\ufffd\n')]);
    const { text, replaced } = transcode(columnsOf({ a: 'string', b: 'string' }), [row]);
    assert.deepEqual(JSON.parse(text), { a: 'a\ufffd', b: 'b\ufffd' });
    assert.equal(replaced, 1);
    for (let byte = 128; byte < 256; byte++) {
      const alone = transcode(columnsOf({ a: 'string', b: 'string' }), [Buffer.from([byte, 9, 49, 10])]);
      assert.deepEqual(JSON.parse(alone.text), { a: '\ufffd', b: '1' }, `byte ${byte}`);
    }
  });

  test('throws when a row has other columns than it should, or stops in the middle', () => {
    const columns = columnsOf({ a: 'string', b: 'string' });
    assert.throws(() => transcode(columns, [Buffer.from('1\n')]), /columns/);
    assert.throws(() => transcode(columns, [Buffer.from('1\t2\t3\n')]), /columns/);
    assert.throws(() => transcode(columns, [Buffer.from('1\t2')]), /middle of a row/);
  });
});

function columnsOf(codecs: Record<string, Codec>): TranscodedColumn[] {
  return Object.entries(codecs).map(([key, codec]) => ({ key, codec }));
}

/** What Postgres sends for a row in text format. */
function copyRow(values: (string | null)[]): Buffer {
  return Buffer.from(`${values.map((value) => (value === null ? '\\N' : escapeCopy(value))).join('\t')}\n`);
}

function escapeCopy(value: string): string {
  const names: Record<string, string> = {
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\\': '\\\\',
  };
  return value.replace(/[\b\f\n\r\t\v\\]/g, (character) => names[character] ?? character);
}

function cutAt(bytes: Buffer, positions: number[]): Buffer[] {
  const edges = [0, ...positions.map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}

function cutEvery(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

function transcode(columns: TranscodedColumn[], pieces: Uint8Array[], chunkBytes?: number) {
  const transcoder = createTranscoder(columns, separator, chunkBytes);
  const chunks: Buffer[] = [];
  let rows = 0;
  let replaced = 0;
  const take = () => {
    const chunk = transcoder.take();
    if (!chunk) return;
    chunks.push(Buffer.from(chunk.bytes));
    rows += chunk.rows;
    replaced += chunk.replaced ?? 0;
  };
  for (const piece of pieces) {
    let at = transcoder.push(piece, 0, piece.length);
    while (at < piece.length) {
      take();
      at = transcoder.push(piece, at, piece.length);
    }
  }
  transcoder.end();
  take();
  return {
    text: Buffer.concat(chunks).toString('utf8'),
    rows,
    sizes: chunks.map((chunk) => chunk.length),
    replaced,
  };
}
