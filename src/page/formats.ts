import {
  formatBytes,
  formatDuration,
  formatInstant,
  formatNumber,
  type Language,
  locales,
} from '../language/language.ts';

/** Numbers, sizes, instants and durations as the page writes them in one language; Intl does the work. */
export interface Formats {
  number(value: number): string;
  /** `share` from 0 to 1; rounded down, so that 100 % means all. */
  percent(share: number): string;
  bytes(sizeBytes: number): string;
  /** The exact instant, to the minute, in the person's time zone, which is named. */
  instant(at: string): string;
  /** Day, month, hour and minute: for what happened lately. */
  moment(at: string): string;
  /** Day, month and year. */
  day(at: string): string;
  /** How far `at` lies from `nowMs`, as people say it: `in 3 hours`, `2 days ago`. */
  relative(at: string, nowMs: number): string;
  duration(seconds: number): string;
  /** The form of a noun that fits the count, with the number in it. */
  count(value: number, forms: CountForms): string;
}

export interface CountForms {
  one: (number: string) => string;
  other: (number: string) => string;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const shortly = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;

/** `justNow` stands for the last minute, which nobody wants to see counted. `timeZone` defaults to the machine's. */
export function createFormats(language: Language, justNow: string, timeZone = localTimeZone()): Formats {
  const locale = locales[language];
  const percents = new Intl.NumberFormat(locale, { style: 'percent' });
  const plurals = new Intl.PluralRules(locale);
  const relatives = new Intl.RelativeTimeFormat(locale);
  const moments = new Intl.DateTimeFormat(locale, { ...shortly, timeZone });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone });
  return {
    number: (value) => formatNumber(value, language),
    percent: (share) => percents.format(Math.floor(share * 100) / 100),
    bytes: (sizeBytes) => formatBytes(sizeBytes, language),
    instant: (at) => formatInstant(new Date(at), language, timeZone),
    moment: (at) => moments.format(new Date(at)),
    day: (at) => days.format(new Date(at)),
    relative(at, nowMs) {
      const seconds = (Date.parse(at) - nowMs) / 1000;
      if (seconds <= 0 && seconds > -minute) return justNow;
      const [value, unit] = relativeParts(seconds);
      return relatives.format(value, unit);
    },
    duration: (seconds) => formatDuration(seconds * 1000, language),
    count: (value, forms) =>
      forms[plurals.select(value) === 'one' ? 'one' : 'other'](formatNumber(value, language)),
  };
}

/** Units change late (at 2 hours, at 2 days) so that rounding down never hides much of a deadline. */
function relativeParts(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  const away = Math.abs(seconds);
  const sign = Math.sign(seconds);
  if (seconds > 0 && away < 90) return [Math.ceil(away), 'second'];
  if (away < 2 * hour) return [sign * whole(away, minute), 'minute'];
  if (away < 2 * day) return [sign * whole(away, hour), 'hour'];
  if (away < 60 * day) return [sign * whole(away, day), 'day'];
  if (away < 730 * day) return [sign * whole(away, 30 * day), 'month'];
  return [sign * whole(away, 365 * day), 'year'];
}

/** Rounded down, but a window that opened a moment ago is still called by its full length. */
function whole(seconds: number, unit: number): number {
  return Math.floor(seconds / unit + 0.05);
}

function localTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
