import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatBound, formatInstant, parseInstant } from '../../src/http/server-api/instants.ts';

const SECOND = 1_000_000_000n;

test('an instant is read in every spelling that SDKs send', () => {
  const at = BigInt(Date.UTC(2020, 10, 10, 9, 30)) * 1_000_000n;
  const spellings: [string | number | bigint, bigint][] = [
    ['2020-11-10T09:30:00Z', at],
    ['2020-11-10T09:30:00.000Z', at],
    ['2020-11-10T09:30:00+00:00', at],
    ['2020-11-10T11:30:00+02:00', at],
    ['2020-11-10T04:00:00-05:30', at],
    ['2020-11-10t09:30:00z', at],
    ['2020-11-10T09:30:00.5Z', at + SECOND / 2n],
    ['2020-11-10T09:30:00.123456789Z', at + 123_456_789n],
    ['2020-02-29T23:59:60Z', BigInt(Date.UTC(2020, 2, 1)) * 1_000_000n],
    [at, at],
    [1_605_000_600_000_000_000, at],
    [0, 0n],
  ];
  for (const [spelling, expected] of spellings)
    assert.equal(parseInstant(spelling), expected, String(spelling));
});

test('what is no instant is not read as another one', () => {
  const others = [
    '2020-11-10T09:30:00',
    '2020-11-10 09:30:00Z',
    '2020-11-10',
    '2020-11-10T09:30Z',
    '2020-11-10T09:30:00.1234567890Z',
    '2020-11-10T09:30:00.Z',
    '2020-11-10T09:30:00+0200',
    '2020-13-10T09:30:00Z',
    '2020-02-30T09:30:00Z',
    '2021-02-29T09:30:00Z',
    '2020-11-10T24:00:00Z',
    '2020-11-10T09:30:00+24:00',
    '1605000600000000000',
    'yesterday',
    '',
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    // Seconds, milliseconds and microseconds.
    1_605_000_600,
    1_605_000_600_000,
    1_605_000_600_000_000,
  ];
  for (const other of others) assert.equal(parseInstant(other), null, String(other));
});

test('any nanosecond and any offset is read as it was written', () => {
  const anyNanosecond = fc.bigInt({ min: -62_000_000_000n * SECOND, max: 253_000_000_000n * SECOND });
  const anyOffset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
  fc.assert(
    fc.property(anyNanosecond, anyOffset, fc.integer({ min: 0, max: 9 }), (nanoseconds, minutes, digits) => {
      const text = spell(nanoseconds, minutes, digits);
      const unit = 10n ** BigInt(9 - digits);
      const cut = nanoseconds - (((nanoseconds % unit) + unit) % unit);
      assert.equal(parseInstant(text), cut, text);
    }),
  );
});

test('a bound keeps its microsecond, and finer ones are rounded into the span', () => {
  assert.equal(formatBound(1_605_000_600_123_456_000n, 'since'), '2020-11-10T09:30:00.123456Z');
  assert.equal(formatBound(1_605_000_600_123_456_000n, 'until'), '2020-11-10T09:30:00.123456Z');
  assert.equal(formatBound(1_605_000_600_123_456_001n, 'since'), '2020-11-10T09:30:00.123457Z');
  assert.equal(formatBound(1_605_000_600_123_456_999n, 'until'), '2020-11-10T09:30:00.123456Z');
  assert.equal(formatBound(-1n, 'until'), '1969-12-31T23:59:59.999999Z');
  assert.equal(formatBound(-1n, 'since'), '1970-01-01T00:00:00.000000Z');
});

test('a bound beyond the calendar is its first or last instant', () => {
  assert.equal(
    formatBound(parseInstant('0001-01-01T00:00:00+02:00') ?? 0n, 'since'),
    '0001-01-01T00:00:00.000000Z',
  );
  assert.equal(formatBound(10n ** 40n, 'until'), '9999-12-31T23:59:59.999999Z');
  assert.equal(
    formatBound(parseInstant('9999-12-31T23:59:59.999999999Z') ?? 0n, 'since'),
    '9999-12-31T23:59:59.999999Z',
  );
});

test('a microsecond lies within a bound exactly if it lies within the bound as it is kept', () => {
  const anyBound = fc.bigInt({ min: -(10n ** 19n), max: 10n ** 20n });
  fc.assert(
    fc.property(anyBound, fc.integer({ min: -3000, max: 3000 }), (bound, nearby) => {
      const message = (bound / 1000n) * 1000n + BigInt(nearby) * 1000n;
      const kept = (side: 'since' | 'until') => parseInstant(formatBound(bound, side)) ?? 0n;
      assert.equal(message >= bound, message >= kept('since'));
      assert.equal(message <= bound, message <= kept('until'));
    }),
  );
});

test('an answer writes an instant as its family does', () => {
  const instant = new Date('2026-02-28T11:55:10.123Z');
  assert.equal(formatInstant(instant, 'rfc3339'), '2026-02-28T11:55:10.123Z');
  assert.equal(formatInstant(instant, 'nanoseconds'), 1_772_279_710_123_000_000n);
});

/** RFC 3339 with so many digits of a second, cut, in a zone so many minutes from UTC. */
function spell(nanoseconds: bigint, minutes: number, digits: number): string {
  const fraction = ((nanoseconds % SECOND) + SECOND) % SECOND;
  const seconds = Number((nanoseconds - fraction) / SECOND);
  const local = new Date((seconds + minutes * 60) * 1000).toISOString().slice(0, 19);
  const parts = digits === 0 ? '' : `.${String(fraction).padStart(9, '0').slice(0, digits)}`;
  const distance = Math.abs(minutes);
  const pad = (number: number) => String(number).padStart(2, '0');
  return `${local}${parts}${minutes < 0 ? '-' : '+'}${pad(Math.floor(distance / 60))}:${pad(distance % 60)}`;
}
