/**
 * JSON that loses no digit. Unix nanoseconds need 61 bits and a `number` keeps 53, so an integer beyond those is a
 * `bigint` here, both ways.
 */

/** Throws a `SyntaxError`, a `TypeError` (not UTF-8) or a `RangeError` (nested too deeply). A byte order mark is skipped. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return (JSON.parse as ParseWithSource)(text, (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value)
      ? (exactInteger(context.source ?? '') ?? value)
      : value,
  );
}

/** A `bigint` is written as its digits: no quotes, no exponent. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, item) =>
    typeof item === 'bigint' ? (JSON as JsonWithRaw).rawJSON(String(item)) : item,
  );
}

/** In every Node we run on, and not yet in the type library. */
type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;
type JsonWithRaw = JSON & { rawJSON(text: string): unknown };

/** The integer that a number's text stands for (`1.605e18` too); null for a fraction, or for absurdly many digits. */
function exactInteger(source: string): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i.exec(source);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const zeros = Number(exponent) - fraction.length;
  const digits = whole + fraction;
  if (digits.length + Math.abs(zeros) > MOST_DIGITS) return null;
  if (zeros >= 0) return BigInt(sign + digits + '0'.repeat(zeros));
  const [head, tail] = [digits.slice(0, zeros) || '0', digits.slice(zeros)];
  return /^0*$/.test(tail) ? BigInt(sign + head) : null;
}

const MOST_DIGITS = 100;
