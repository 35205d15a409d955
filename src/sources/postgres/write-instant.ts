import { readInt64 } from './integers.ts';
import { type Output, writeAscii } from './output.ts';

const QUOTE = 0x22;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;

const DAY_MICROSECONDS = 86_400_000_000;
/** The day whose date was written last, and that date: rows that lie together are often of one day. */
const lastDay = { number: Number.NaN, date: '', suffix: '' };

/** Microseconds since 2000-01-01; the least and the greatest number stand for the infinities. */
export function writeInstant(input: Uint8Array, start: number, output: Output, isZoned: boolean): void {
  const value = readInt64(input, start);
  let day: number;
  let rest: number;
  if (typeof value === 'number') {
    day = Math.floor(value / DAY_MICROSECONDS);
    rest = value - day * DAY_MICROSECONDS;
  } else {
    if (value === INFINITY || value === MINUS_INFINITY) {
      writeAscii(value === INFINITY ? '"infinity"' : '"-infinity"', output);
      return;
    }
    const remainder = value % BigInt(DAY_MICROSECONDS);
    const isBefore = remainder < 0n;
    day = Number(value / BigInt(DAY_MICROSECONDS)) - (isBefore ? 1 : 0);
    rest = Number(remainder) + (isBefore ? DAY_MICROSECONDS : 0);
  }
  if (day !== lastDay.number) Object.assign(lastDay, { number: day, ...dateOf(day) });

  const to = output.bytes;
  to[output.length++] = QUOTE;
  writeAscii(lastDay.date, output);
  const seconds = Math.floor(rest / 1_000_000);
  const microseconds = rest - seconds * 1_000_000;
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  let length = output.length;
  to[length++] = 0x54; // T
  length = writeTwoDigits(to, length, hours);
  to[length++] = COLON;
  length = writeTwoDigits(to, length, minutes - hours * 60);
  to[length++] = COLON;
  length = writeTwoDigits(to, length, seconds - minutes * 60);
  to[length++] = DOT;
  const hundreds = (microseconds / 100) | 0;
  const tenThousands = (hundreds / 100) | 0;
  length = writeTwoDigits(to, length, tenThousands);
  length = writeTwoDigits(to, length, hundreds - tenThousands * 100);
  length = writeTwoDigits(to, length, microseconds - hundreds * 100);
  if (isZoned) to[length++] = 0x5a; // Z
  output.length = length;
  writeAscii(lastDay.suffix, output);
  to[output.length++] = QUOTE;
}

const INFINITY = 2n ** 63n - 1n;
const MINUS_INFINITY = -(2n ** 63n);

function writeTwoDigits(to: Uint8Array, length: number, value: number): number {
  const tens = (value / 10) | 0;
  to[length] = ZERO + tens;
  to[length + 1] = ZERO + value - tens * 10;
  return length + 2;
}

/**
 * The date in the Gregorian calendar of a day counted from 2000-01-01, as Postgres prints it: `0044-03-15` with the
 * suffix ` BC`, `12026-01-01`. By eras of 400 years that begin with March, so that the leap day is the last of one.
 */
function dateOf(day: number): { date: string; suffix: string } {
  const sinceMarch = day + DAYS_TO_2000;
  const era = Math.floor(sinceMarch / ERA_DAYS);
  const dayOfEra = sinceMarch - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  const digits = String(year > 0 ? year : 1 - year).padStart(4, '0');
  const two = (value: number) => String(value).padStart(2, '0');
  return { date: `${digits}-${two(month)}-${two(dayOfMonth)}`, suffix: year > 0 ? '' : ' BC' };
}

/** From 0000-03-01 to 2000-01-01. */
const DAYS_TO_2000 = 730_425;
const ERA_DAYS = 146_097;
