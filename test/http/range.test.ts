import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideAnswer, parseRange } from '../../src/http/range.ts';

const file = {
  sizeBytes: 1000,
  etag: '"abc"',
  lastModified: new Date('2026-02-28T12:00:00.500Z'),
};
const itsDate = 'Sat, 28 Feb 2026 12:00:00 GMT';
const whole = { status: 200, start: 0, end: 1000 };
const get = (headers: Record<string, string>) => decideAnswer('GET', headers, file);

test('any range that lies in the file is answered with exactly these bytes', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(5000), fc.integer({ min: 1, max: 6000 }), (first, length, sizeBytes) => {
      const last = first + length;
      const range = parseRange(`bytes=${first}-${last}`, sizeBytes);
      if (first >= sizeBytes) assert.equal(range, 'unsatisfiable');
      else assert.deepEqual(range, { start: first, end: Math.min(last + 1, sizeBytes) });
    }),
  );
});

test('an open range runs to the end, a suffix counts from it', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 1, max: 6000 }), (number, sizeBytes) => {
      const open = parseRange(`bytes=${number}-`, sizeBytes);
      assert.deepEqual(open, number < sizeBytes ? { start: number, end: sizeBytes } : 'unsatisfiable');
      const suffix = parseRange(`bytes=-${number}`, sizeBytes);
      const expected = { start: Math.max(0, sizeBytes - number), end: sizeBytes };
      assert.deepEqual(suffix, number === 0 ? 'unsatisfiable' : expected);
    }),
  );
});

test('whatever stands in a Range header, the answer stays inside the file', () => {
  const noise = fc.oneof(fc.string(), fc.stringMatching(/^bytes=[-0-9, ]*$/));
  fc.assert(
    fc.property(noise, fc.nat(100), (header, sizeBytes) => {
      const range = parseRange(header, sizeBytes);
      if (range === null || range === 'unsatisfiable') return;
      assert.ok(range.start >= 0 && range.start < range.end && range.end <= sizeBytes);
    }),
  );
});

test('ranges that are not understood, or several of them, are ignored', () => {
  for (const header of [
    'bytes=5-2',
    'bytes=-',
    'bytes=a-b',
    'bytes=0-1,5-6',
    'bytes=0-1, bytes=4-5',
    'lines=0-1',
    'bytes 0-1',
    'bytes=0x1-2',
    '',
  ]) {
    assert.equal(parseRange(header, 1000), null, header);
  }
});

test('a unit in capitals, empty list elements and numbers beyond all files are understood', () => {
  assert.deepEqual(parseRange('BYTES=0-9', 1000), { start: 0, end: 10 });
  assert.deepEqual(parseRange('bytes=,0-9 ,', 1000), { start: 0, end: 10 });
  assert.deepEqual(parseRange(`bytes=990-${'9'.repeat(400)}`, 1000), { start: 990, end: 1000 });
  assert.deepEqual(parseRange(`bytes=-${'9'.repeat(400)}`, 1000), { start: 0, end: 1000 });
  assert.equal(parseRange(`bytes=${'9'.repeat(400)}-`, 1000), 'unsatisfiable');
});

test('a request without conditions gets the whole file, with a range a part, past the end 416', () => {
  assert.deepEqual(get({}), whole);
  assert.deepEqual(get({ range: 'bytes=0-0' }), { status: 206, start: 0, end: 1 });
  assert.deepEqual(get({ range: 'bytes=1000-' }), { status: 416 });
});

test('a range counts for GET only', () => {
  assert.deepEqual(decideAnswer('HEAD', { range: 'bytes=0-0' }, file), whole);
});

test('If-Range continues this file and starts any other from the beginning', () => {
  const range = 'bytes=10-';
  const part = { status: 206, start: 10, end: 1000 };
  assert.deepEqual(get({ range, 'if-range': '"abc"' }), part);
  assert.deepEqual(get({ range, 'if-range': itsDate }), part);
  assert.deepEqual(get({ range, 'if-range': 'W/"abc"' }), whole);
  assert.deepEqual(get({ range, 'if-range': '"other"' }), whole);
  assert.deepEqual(get({ range, 'if-range': 'Sat, 28 Feb 2026 12:00:01 GMT' }), whole);
  assert.deepEqual(get({ range, 'if-range': 'nonsense' }), whole);
  assert.deepEqual(get({ range: 'bytes=2000-', 'if-range': '"other"' }), whole);
});

test('If-None-Match and If-Modified-Since spare a transfer that is not needed', () => {
  assert.deepEqual(get({ 'if-none-match': '"x", W/"abc"' }), { status: 304 });
  assert.deepEqual(get({ 'if-none-match': '*' }), { status: 304 });
  assert.deepEqual(get({ 'if-none-match': '"x"' }), whole);
  assert.deepEqual(get({ 'if-modified-since': itsDate }), { status: 304 });
  assert.deepEqual(get({ 'if-modified-since': 'Sat, 28 Feb 2026 11:59:59 GMT' }), whole);
  assert.deepEqual(get({ 'if-none-match': '"x"', 'if-modified-since': itsDate }), whole);
  assert.deepEqual(decideAnswer('HEAD', { 'if-none-match': '"abc"' }, file), { status: 304 });
});

test('If-Match and If-Unmodified-Since refuse another file', () => {
  assert.deepEqual(get({ 'if-match': '"x", "abc"' }), whole);
  assert.deepEqual(get({ 'if-match': '*' }), whole);
  assert.deepEqual(get({ 'if-match': 'W/"abc"' }), { status: 412 });
  assert.deepEqual(get({ 'if-match': '"x"' }), { status: 412 });
  assert.deepEqual(get({ 'if-unmodified-since': itsDate }), whole);
  assert.deepEqual(get({ 'if-unmodified-since': 'Sat, 28 Feb 2026 11:59:59 GMT' }), { status: 412 });
  assert.deepEqual(
    get({ 'if-match': '"abc"', 'if-unmodified-since': 'Fri, 27 Feb 2026 00:00:00 GMT' }),
    whole,
  );
});

test('all three forms of an HTTP date count, anything else is passed over', () => {
  for (const date of [itsDate, 'Saturday, 28-Feb-26 12:00:00 GMT', 'Sat Feb 28 12:00:00 2026']) {
    assert.deepEqual(get({ 'if-modified-since': date }), { status: 304 }, date);
  }
  for (const date of ['2027-01-01', 'tomorrow', '1', 'Sat, 28 Feb 2026 12:00:00 +0100']) {
    assert.deepEqual(get({ 'if-modified-since': date }), whole, date);
  }
});
