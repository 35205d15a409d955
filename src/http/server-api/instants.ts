import type { InstantStyle } from '../../chat/request.ts';

/**
 * The instants of the server API. On the way in they are RFC 3339 texts or unix nanoseconds; inside, unix nanoseconds
 * as a `bigint`, since a `number` holds none after 1970-04-15 exactly; on the way out, what the family of paths says.
 */

/**
 * Unix nanoseconds of what a client sent: RFC 3339 with up to nine digits of a second and an offset, or nanoseconds.
 * Null for anything else. So are numbers that can only be meant as seconds, milliseconds or microseconds: taken for
 * nanoseconds they would all lie in the first weeks of 1970, and a bound there exports the wrong messages in silence.
 */
export function parseInstant(value: string | number | bigint): bigint | null {
  if (typeof value === 'string') return parseRfc3339(value);
  if (typeof value === 'number' && !Number.isInteger(value)) return null;
  const nanoseconds = BigInt(value);
  const isOtherUnit = nanoseconds !== 0n && nanoseconds > -LEAST && nanoseconds < LEAST;
  return isOtherUnit ? null : nanoseconds;
}

/**
 * An instant as a `ChatRequest` keeps it: RFC 3339, UTC, microseconds. What is finer is rounded into the span that it
 * bounds, since no message of the source lies between two microseconds. What no calendar of four digits holds becomes
 * the first or last instant that one does.
 */
export function formatBound(nanoseconds: bigint, bound: 'since' | 'until'): string {
  const microseconds = floorDivide(bound === 'since' ? nanoseconds + 999n : nanoseconds, 1000n);
  const kept = microseconds < FIRST ? FIRST : microseconds > LAST ? LAST : microseconds;
  const milliseconds = floorDivide(kept, 1000n);
  const digits = String(kept - milliseconds * 1000n).padStart(3, '0');
  return new Date(Number(milliseconds)).toISOString().replace('Z', `${digits}Z`);
}

/** An instant of ours as an answer of the family writes it; a `bigint` becomes bare digits in the JSON. */
export function formatInstant(instant: Date, style: InstantStyle): string | bigint {
  return style === 'rfc3339' ? instant.toISOString() : BigInt(instant.getTime()) * 1_000_000n;
}

/** Nanoseconds of 1973-03-03; a count of microseconds reaches this in the year 5138. */
const LEAST = 10n ** 17n;
const FIRST = -62_135_596_800_000_000n;
const LAST = 253_402_300_799_999_999n;

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;

function parseRfc3339(text: string): bigint | null {
  const match = rfc3339.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match.slice(7);
  const date = new Date(0);
  // Date.UTC would take the years 0 to 99 for those of the twentieth century.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  // A leap second is the first one of the next minute, as Postgres has it.
  date.setUTCHours(hour, minute, second);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -60_000 : 60_000);
  return BigInt(date.getTime() - offset) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** BigInt division cuts towards zero, which would round instants before 1970 up. */
function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
