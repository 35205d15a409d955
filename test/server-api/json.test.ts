import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson, writeJson } from '../../src/http/server-api/json.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

test('an integer beyond 2^53 keeps every digit, both ways', () => {
  const text = '{"at":1605000600123456789,"list":[-9223372036854775808,9007199254740993],"small":12}';
  const value = parse(text);
  assert.deepEqual(value, {
    at: 1605000600123456789n,
    list: [-9223372036854775808n, 9007199254740993n],
    small: 12,
  });
  assert.equal(writeJson(value), text);
});

test('any integer is the same after it was written and read', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (number) => {
      const [back] = parse(writeJson([number])) as (number | bigint)[];
      assert.equal(BigInt(back ?? 0), number);
    }),
  );
});

test('whatever is not such an integer is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(withNumbers(parse(text)), JSON.parse(text));
    }),
  );
});

test('an exponent is read exactly, and a fraction stays a fraction', () => {
  assert.deepEqual(parse('[1.605000600123456789e18, 16050006001234567890e-1, 1.5, 1e400, 0.1e1]'), [
    1605000600123456789n,
    1605000600123456789n,
    1.5,
    Number.POSITIVE_INFINITY,
    1,
  ]);
});

test('a byte order mark is skipped; what is not UTF-8, not JSON or nested without end is refused', () => {
  assert.deepEqual(parse('\ufeff{"a":1}'), { a: 1 });
  assert.throws(() => parseJson(Buffer.from([0x22, 0xff, 0x22])));
  assert.throws(() => parse('{"a":}'));
  assert.throws(() => parse('['.repeat(1_000_000)));
  assert.throws(() => parse('['.repeat(500_000) + ']'.repeat(500_000)));
});

/** As plain JSON has them. */
function withNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    Object.defineProperty(copy, key, {
      value: withNumbers(child),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}
