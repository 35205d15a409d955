import { type Input, readInt64 } from './input.ts';
import {
  type Constant,
  constantOf,
  type Output,
  writeAscii,
  writeConstant,
  writeTwoDigits,
} from './output.ts';

const DOT = 0x2e;
const COLON = 0x3a;

const DAY_MICROSECONDS = 86_400_000_000;
/** From 0000-03-01 to 2000-01-01. */
const DAYS_TO_2000 = 730_425;
const ERA_DAYS = 146_097;
/** A day, and what stands around a time of it. */
interface Day {
  number: number;
  before: Constant;
  behind: Constant;
  behindZoned: Constant;
}

/** Days whose dates were written lately, by the last bits of their numbers: rows that lie together share some. */
const recentDays: Day[] = Array.from({ length: 256 }, () => makeDay(0));

/** Microseconds since 2000-01-01; the least and the greatest number stand for the infinities. */
export function writeInstant(input: Input, start: number, output: Output, isZoned: boolean): void {
  const value = readInt64(input.view, start);
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
  const { before, behind, behindZoned } = findDay(day);

  writeConstant(before, output);
  const seconds = Math.floor(rest / 1_000_000);
  const microseconds = rest - seconds * 1_000_000;
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  const hundreds = (microseconds / 100) | 0;
  const tenThousands = (hundreds / 100) | 0;
  const { bytes, view } = output;
  let at = writeTwoDigits(view, output.length, hours);
  bytes[at++] = COLON;
  at = writeTwoDigits(view, at, minutes - hours * 60);
  bytes[at++] = COLON;
  at = writeTwoDigits(view, at, seconds - minutes * 60);
  bytes[at++] = DOT;
  at = writeTwoDigits(view, at, tenThousands);
  at = writeTwoDigits(view, at, hundreds - tenThousands * 100);
  output.length = writeTwoDigits(view, at, microseconds - hundreds * 100);
  writeConstant(isZoned ? behindZoned : behind, output);
}

function findDay(number: number): Day {
  const slot = number & (recentDays.length - 1);
  const found = recentDays[slot] as Day;
  if (found.number === number) return found;
  const made = makeDay(number);
  recentDays[slot] = made;
  return made;
}

function makeDay(number: number): Day {
  const { date, suffix } = dateOf(number);
  return {
    number,
    before: constantOf(`"${date}T`),
    behind: constantOf(`${suffix}"`),
    behindZoned: constantOf(`Z${suffix}"`),
  };
}

const INFINITY = 2n ** 63n - 1n;
const MINUS_INFINITY = -(2n ** 63n);

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
