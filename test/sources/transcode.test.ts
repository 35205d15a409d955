import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Codec } from '../../src/sources/postgres/codecs.ts';
import { inputOf } from '../../src/sources/postgres/input.ts';
import { compileOmissions } from '../../src/sources/postgres/omit-paths.ts';
import { createTranscoder, type TranscodedColumn } from '../../src/sources/postgres/transcode.ts';

const separator = Buffer.from(',\n      ');

describe('the transcoder', () => {
  test('writes the rows of a COPY as JSON objects with a separator between them', () => {
    const columns = columnsOf({ id: 'integer', displayName: 'string', isActive: 'boolean' });
    const { text, rows } = transcode(columns, [
      copyRow([int4(1), 'Ada', boolean(true)]),
      copyRow([int4(2), null, boolean(false)]),
    ]);
    assert.equal(
      text,
      '{"id":1,"displayName":"Ada","isActive":true},\n      {"id":2,"displayName":null,"isActive":false}',
    );
    assert.equal(rows, 2);
  });

  test('writes nothing for no rows', () => {
    assert.deepEqual(transcode(columnsOf({ id: 'integer' }), []), {
      text: '',
      rows: 0,
      sizes: [],
      replaced: 0,
    });
  });

  test('tells a null from an empty text', () => {
    const { text } = transcode(columnsOf({ a: 'string', b: 'string', c: 'string' }), [
      copyRow([null, '\\N', '']),
    ]);
    assert.deepEqual(JSON.parse(text), { a: null, b: '\\N', c: '' });
  });

  test('quotes keys as JSON, whatever a column is called', () => {
    const { text } = transcode(columnsOf({ 'a "b"\n': 'number', ключ: 'number' }), [copyRow(['1', '2'])]);
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

  test('writes integers of two, four and eight bytes to the last digit', () => {
    const edges = [
      0n,
      1n,
      9n,
      10n,
      99n,
      999_999_999n,
      1_000_000_000n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 63n - 1n,
    ];
    const numbers = [...edges.flatMap((edge) => [edge, -edge]), -(2n ** 63n), 123_456_789_012_345_678n];
    for (const number of numbers) {
      assert.equal(transcode(columnsOf({ n: 'integer' }), [copyRow([int8(number)])]).text, `{"n":${number}}`);
    }
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        assert.equal(
          transcode(columnsOf({ n: 'integer' }), [copyRow([int8(number)])]).text,
          `{"n":${number}}`,
        );
      }),
    );
    for (const number of [-(2 ** 31), -1, 0, 7, 2 ** 31 - 1]) {
      assert.equal(transcode(columnsOf({ n: 'integer' }), [copyRow([int4(number)])]).text, `{"n":${number}}`);
    }
    for (const number of [-(2 ** 15), -1, 0, 2 ** 15 - 1]) {
      const bytes = Buffer.alloc(2);
      bytes.writeInt16BE(number);
      assert.equal(transcode(columnsOf({ n: 'integer' }), [copyRow([bytes])]).text, `{"n":${number}}`);
    }
  });

  test('writes instants as RFC 3339 with microseconds, and what RFC 3339 has no form for as Postgres does', () => {
    const instants: [bigint, string][] = [
      [825_595_200_000_000n, '2026-02-28T12:00:00.000000Z'],
      [825_595_200_500_000n, '2026-02-28T12:00:00.500000Z'],
      [-946_684_800_000_001n, '1969-12-31T23:59:59.999999Z'],
      [-64_464_476_399_750_000n, '0044-03-15T09:00:00.250000Z BC'],
      [316_410_969_600_000_000n, '12026-08-31T00:00:00.000000Z'],
      [2n ** 63n - 1n, 'infinity'],
      [-(2n ** 63n), '-infinity'],
    ];
    for (const [microseconds, expected] of instants) {
      const row = copyRow([int8(microseconds)]);
      assert.equal(JSON.parse(transcode(columnsOf({ at: 'timestamptz' }), [row]).text).at, expected);
      assert.equal(
        JSON.parse(transcode(columnsOf({ at: 'timestamp' }), [row]).text).at,
        expected.replace('Z', ''),
      );
    }
  });

  test('writes the instants that JavaScript knows as JavaScript does', () => {
    const instant = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') });
    fc.assert(
      fc.property(
        instant.filter((date) => !Number.isNaN(date.getTime())),
        fc.nat(999),
        (date, microseconds) => {
          const since2000 = BigInt(date.getTime() - Date.UTC(2000, 0, 1)) * 1000n + BigInt(microseconds);
          const { text } = transcode(columnsOf({ at: 'timestamptz' }), [copyRow([int8(since2000)])]);
          const expected = date.toISOString().replace('Z', `${String(microseconds).padStart(3, '0')}Z`);
          assert.equal(JSON.parse(text).at, expected);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('writes a uuid in its usual form', () => {
    const uuid = '8c5b8a0e-0b5a-4a5e-9f3a-6d0b7c0f5a11';
    const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
    assert.equal(transcode(columnsOf({ id: 'uuid' }), [copyRow([bytes])]).text, `{"id":"${uuid}"}`);
  });

  test('passes JSON through on one line: digits, order, duplicate keys and escapes as they are', () => {
    const json =
      '{"z": 1.50,\n\t"a": 123456789012345678901234567890, "a":"\\u0000 \\ud800 \\n \u2028 \\\\"\r\n}';
    const { text } = transcode(columnsOf({ j: 'json' }), [copyRow([json])]);
    assert.equal(text, `{"j":${json.replace(/[\n\t\r]/g, ' ')}}`);
  });

  test('passes jsonb through, and refuses a version of it that it does not know', () => {
    const json = '{"a": 1.50, "b": ["\\\\", "\u2028"]}';
    assert.equal(transcode(columnsOf({ j: 'jsonb' }), [copyRow([jsonb(json)])]).text, `{"j":${json}}`);
    assert.throws(() => transcode(columnsOf({ j: 'jsonb' }), [copyRow([`\x02${json}`])]), /version/);
  });

  test('writes bytes of any length as base64', () => {
    for (const length of [0, 1, 2, 3, 256, 100_000]) {
      const bytes = Buffer.from(Array.from({ length }, (_, byte) => byte % 256));
      const { text } = transcode(columnsOf({ b: 'base64' }), [copyRow([bytes])]);
      assert.equal(text, `{"b":"${bytes.toString('base64')}"}`);
    }
  });

  test('gives the same rows wherever the bytes are cut, also inside escapes and characters', () => {
    const columns = columnsOf({ s: 'string', n: 'integer', at: 'timestamptz', j: 'json', b: 'boolean' });
    const rows = [
      ['a\\b"c\n\t\v😀é', int8(-15n), int8(825_595_200_500_000n), '{"k":\n[1,"\\n"]}', boolean(true)],
      [null, null, null, null, null],
      ['', int4(1), int8(2n ** 63n - 1n), 'null', boolean(false)],
    ];
    const bytes = Buffer.concat([head, ...rows.map(copyRow), lastWord]);
    const whole = transcodeBytes(columns, [bytes]).text;
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.equal(
        transcodeBytes(columns, [bytes.subarray(0, cut), bytes.subarray(cut)]).text,
        whole,
        `cut at ${cut}`,
      );
    }
    const single = Array.from(bytes, (byte) => Buffer.from([byte]));
    assert.equal(transcodeBytes(columns, single).text, whole);
  });

  for (const [codec, values] of Object.entries(samples()) as [Codec, Buffer[]][]) {
    test(`gives the same ${codec} wherever the bytes are cut, once or twice, in chunks of any size`, () => {
      const omission = codec.startsWith('json') ? compileOmissions([['k']]) : null;
      const columns: TranscodedColumn[] = [
        { key: 'a', codec, omission },
        { key: 'b', codec: 'string' },
      ];
      const rows = [...values, null].map((value) => copyRow([value, 'b"']));
      const bytes = Buffer.concat([head, ...rows, lastWord]);
      const whole = transcodeBytes(columns, [bytes]).text;
      assert.equal(JSON.parse(`[${whole}]`).length, rows.length);
      for (let cut = 0; cut <= bytes.length; cut++) {
        for (const pieces of [cutAt(bytes, [cut]), cutAt(bytes, [cut, cut + 1 + (cut % 13)])]) {
          for (const chunkBytes of [1, 7, undefined])
            assert.equal(transcodeBytes(columns, pieces, chunkBytes).text, whole, `cut at ${cut}`);
        }
      }
    });
  }

  test('agrees with JSON.stringify on any rows, cut anywhere, in chunks of any size', () => {
    const field = fc.option(
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '').toWellFormed()),
    );
    const rows = fc.array(fc.tuple(field, field, field), { maxLength: 20 });
    const cuts = fc.array(fc.nat(400), { maxLength: 6 });
    fc.assert(
      fc.property(rows, cuts, fc.integer({ min: 1, max: 300 }), (rows, cuts, chunkBytes) => {
        const columns = columnsOf({ a: 'string', b: 'string', c: 'string' });
        const pieces = cutAt(Buffer.concat([head, ...rows.map(copyRow), lastWord]), cuts);
        const { text, rows: count } = transcodeBytes(columns, pieces, chunkBytes);
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
    const row = copyRow([Buffer.from('a\xe9', 'latin1'), 'b\ufffd']);
    const { text, replaced } = transcode(columnsOf({ a: 'string', b: 'string' }), [row]);
    assert.deepEqual(JSON.parse(text), { a: 'a\ufffd', b: 'b\ufffd' });
    assert.equal(replaced, 1);
    for (let byte = 128; byte < 256; byte++) {
      const alone = transcode(columnsOf({ a: 'string', b: 'string' }), [copyRow([Buffer.from([byte]), '1'])]);
      assert.deepEqual(JSON.parse(alone.text), { a: '\ufffd', b: '1' }, `byte ${byte}`);
    }
  });

  test('throws when a row has other columns than it should, or stops in the middle', () => {
    const columns = columnsOf({ a: 'string', b: 'string' });
    assert.throws(() => transcode(columns, [copyRow(['1'])]), /columns/);
    assert.throws(() => transcode(columns, [copyRow(['1', '2', '3'])]), /columns/);
    assert.throws(
      () => transcodeBytes(columns, [head, copyRow(['1', '2']).subarray(0, 9)]),
      /middle of a row/,
    );
    assert.throws(() => transcodeBytes(columns, [head, copyRow(['1', '2'])]), /middle of a row/);
    assert.throws(() => transcodeBytes(columns, [head, lastWord, copyRow(['1', '2'])]), /more than it said/);
    assert.throws(() => transcodeBytes(columns, [Buffer.from('1\t2\n'.repeat(9))]), /binary COPY/);
  });

  test('takes one COPY after another, as one run of rows', () => {
    const transcoder = createTranscoder(columnsOf({ a: 'string' }), separator);
    for (const value of ['x', 'y']) {
      const bytes = Buffer.concat([head, copyRow([value]), lastWord]);
      transcoder.push(inputOf(bytes), 0, bytes.length);
      transcoder.end();
    }
    assert.equal(Buffer.from(transcoder.take()?.bytes ?? []).toString(), `{"a":"x"}${separator}{"a":"y"}`);
  });
});

/** Values of each codec, as Postgres sends them. */
function samples(): Record<Codec, Buffer[]> {
  return {
    string: [Buffer.from('a"\\\n\x01é😀\u2028end'), Buffer.alloc(0)],
    number: [Buffer.from('-1.5e300'), Buffer.from('NaN'), Buffer.from('-Infinity')],
    integer: [int8(-(2n ** 63n)), int4(-7), Buffer.from([0xff, 0xfe])],
    boolean: [boolean(true), boolean(false)],
    uuid: [Buffer.from('8c5b8a0e0b5a4a5e9f3a6d0b7c0f5a11', 'hex')],
    timestamp: [int8(825_595_200_500_000n), int8(2n ** 63n - 1n)],
    timestamptz: [int8(-64_464_476_399_750_000n), int8(825_595_200_500_000n)],
    json: [Buffer.from('{"k":\n[1,"\\n"],"l":{"k":2}}'), Buffer.from('null')],
    jsonb: [jsonb('{"k": [1, "é"], "l": 3}'), jsonb('"x"')],
    base64: [Buffer.from([0, 255, 10, 92, 34]), Buffer.alloc(0), Buffer.alloc(100, 7)],
  };
}

function columnsOf(codecs: Record<string, Codec>): TranscodedColumn[] {
  return Object.entries(codecs).map(([key, codec]) => ({ key, codec }));
}

/** https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format" */
const head = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const lastWord = Buffer.from([0xff, 0xff]);

/** What Postgres sends for a row in binary format; a text stands for its bytes. */
function copyRow(values: (string | Buffer | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(values.length);
  return Buffer.concat([count, ...values.flatMap(copyField)]);
}

function copyField(value: string | Buffer | null): Buffer[] {
  if (value === null) return [int4(-1)];
  const bytes = Buffer.from(value);
  return [int4(bytes.length), bytes];
}

function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int8(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function boolean(value: boolean): Buffer {
  return Buffer.from([value ? 1 : 0]);
}

function jsonb(json: string): Buffer {
  return Buffer.from(`\x01${json}`);
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

/** One COPY of these rows. */
function transcode(columns: TranscodedColumn[], rows: Uint8Array[]) {
  return transcodeBytes(columns, [head, ...rows, lastWord]);
}

function transcodeBytes(columns: TranscodedColumn[], pieces: Uint8Array[], chunkBytes?: number) {
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
    const input = inputOf(piece);
    let at = transcoder.push(input, 0, piece.length);
    while (at < piece.length) {
      take();
      at = transcoder.push(input, at, piece.length);
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
