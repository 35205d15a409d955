import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createCsvRecords } from '../../src/sources/postgres/csv-records.ts';

describe('the records of a CSV', () => {
  test('end with CRLF, and line breaks inside of quotes stay as they are', () => {
    const { text, rows } = through('a,"b\nc\r\nd",""\n,"say ""hi""\n",\n');
    assert.equal(text, 'a,"b\nc\r\nd",""\r\n,"say ""hi""\n",\r\n');
    assert.equal(rows, 2);
  });

  test('are nothing for no input, and an empty line is a record', () => {
    assert.deepEqual(through(''), { text: '', rows: 0, sizes: [] });
    assert.equal(through('\n\n').text, '\r\n\r\n');
    assert.equal(through('\n\n').rows, 2);
  });

  test('come out whole, wherever the input is cut and however small the chunks are', () => {
    const field = fc
      .string({ unit: fc.constantFrom('a', '"', '\n', '\r', ',', 'é', '😀'), maxLength: 8 })
      .map((value) => (/["\n\r,]/.test(value) || value === '' ? `"${value.replaceAll('"', '""')}"` : value));
    const record = fc.array(field, { minLength: 1, maxLength: 4 }).map((fields) => fields.join());
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        (records, pieceBytes, chunkBytes) => {
          const input = records.map((one) => `${one}\n`).join('');
          const { text, rows } = through(input, pieceBytes, chunkBytes);
          assert.equal(text, records.map((one) => `${one}\r\n`).join(''));
          assert.equal(rows, records.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('are cut into chunks at their ends, and one that is longer than a chunk stays whole', () => {
    const long = `"${'x\n'.repeat(500)}"`;
    const { sizes, text } = through(`a\nb\n${long}\nc\n`, 7, 16);
    assert.equal(text, `a\r\nb\r\n${long}\r\nc\r\n`);
    assert.ok(sizes.some((size) => size >= long.length + 2));
    assert.ok(sizes.length > 1);
  });

  test('are UTF-8: what a database without an encoding holds instead is replaced and counted', () => {
    const records = createCsvRecords();
    records.push(Buffer.from([0x61, 0xff, 0x2c, 0xc3, 0xa9, 0x0a]));
    const chunk = records.take();
    assert.equal(Buffer.from(chunk?.bytes ?? []).toString(), 'a\ufffd,é\r\n');
    assert.equal(chunk?.replaced, 1);
  });

  test('that stop in the middle are a fault', () => {
    for (const input of ['a,b', 'a\n"b\n', 'a\n"b']) {
      assert.throws(() => through(input), /middle of a record/, input);
    }
  });
});

/** Each chunk must end where a record does. */
function through(input: string, pieceBytes = 5, chunkBytes?: number) {
  const bytes = Buffer.from(input);
  const records = createCsvRecords(chunkBytes);
  const chunks: Buffer[] = [];
  let rows = 0;
  const take = () => {
    const chunk = records.take();
    if (!chunk) return;
    chunks.push(Buffer.from(chunk.bytes));
    rows += chunk.rows;
    const quotes = chunk.bytes.filter((byte) => byte === 0x22).length;
    assert.ok(chunks.at(-1)?.toString().endsWith('\r\n') && quotes % 2 === 0);
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    records.push(bytes.subarray(at, at + pieceBytes));
    if (records.isFull()) take();
  }
  records.end();
  take();
  return { text: Buffer.concat(chunks).toString(), rows, sizes: chunks.map((chunk) => chunk.length) };
}
