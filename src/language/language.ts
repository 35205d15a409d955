/**
 * The languages that Handover speaks. All words of one lie in one folder (`en/`, `de/`); English sets the shape
 * that every other has to fill, so a missing word fails the type check. This file also runs in the browser.
 */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/**
 * The first wish that names a language we speak. A wish is a tag (`de-AT`) or an `Accept-Language` header
 * (`fr;q=0.9, de;q=0.8`); null, empty and broken ones are passed over. A `fallback` that we do not speak is English.
 */
export function chooseLanguage(wishes: (string | null | undefined)[], fallback: string): Language {
  for (const wish of [...wishes, fallback]) {
    const language = tagsByWeight(wish ?? '')
      .map(spoken)
      .find(Boolean);
    if (language) return language;
  }
  return 'en';
}

/** A text of the config in this language; else in English; else in whichever language it has. */
export function words(text: string | Record<string, string>, language: Language): string {
  if (typeof text === 'string') return text;
  return text[language] ?? text.en ?? Object.values(text)[0] ?? '';
}

/** `12,345` in English, `12.345` in German. */
export function formatNumber(value: number, language: Language): string {
  return numberFormat(language, {}).format(value);
}

/** Decimal units as file managers show them: `512 bytes`, `1.2 kB`, `48 MB`. */
export function formatBytes(sizeBytes: number, language: Language): string {
  let value = sizeBytes;
  let power = 0;
  for (; value >= 999.5 && power < byteUnits.length - 1; power++) value /= 1000;
  return numberFormat(language, {
    style: 'unit',
    unit: byteUnits[power],
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 || value >= 10 ? 0 : 1,
  }).format(value);
}

/** An instant to the minute, with its zone: `28 February 2026, 12:00 UTC`, `28. Februar 2026, 12:00 UTC`. */
export function formatInstant(instant: Date, language: Language, timeZone = 'UTC'): string {
  const date = dateFormat(language, {
    timeZone,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  const time = dateFormat(language, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  return `${date.format(instant)}, ${time.format(instant)}`;
}

/**
 * A duration as people say it, rounded to its second-largest unit: `90 seconds`, `15 minutes`, `24 hours`,
 * `36 hours, 30 minutes`, `7 days`. Below zero is zero.
 */
export function formatDuration(durationMs: number, language: Language): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 120) return formatUnit(seconds, 'second', language);
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return formatUnit(minutes, 'minute', language);
  const hours = Math.round(minutes / 60);
  if (minutes < 48 * 60)
    return joinUnits([Math.floor(minutes / 60), 'hour'], [minutes % 60, 'minute'], language);
  return joinUnits([Math.floor(hours / 24), 'day'], [hours % 24, 'hour'], language);
}

/** British English for its day-month order and 24-hour clock, which read the same to everybody. */
export const locales = { en: 'en-GB', de: 'de-DE' } as const satisfies Record<Language, string>;
const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

type TimeUnit = 'second' | 'minute' | 'hour' | 'day';

function joinUnits(large: [number, TimeUnit], small: [number, TimeUnit], language: Language): string {
  const shown = small[0] === 0 ? [large] : [large, small];
  return shown.map(([value, unit]) => formatUnit(value, unit, language)).join(', ');
}

function formatUnit(value: number, unit: TimeUnit, language: Language): string {
  return numberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** To make one costs as much as to write a whole letter with it. */
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numberFormat(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return remembered(`number ${language} ${JSON.stringify(options)}`, () => {
    return new Intl.NumberFormat(locales[language], options);
  });
}

function dateFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return remembered(`date ${language} ${JSON.stringify(options)}`, () => {
    return new Intl.DateTimeFormat(locales[language], options);
  });
}

function remembered<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(
  key: string,
  make: () => Format,
): Format {
  const known = formats.get(key) as Format | undefined;
  const format = known ?? make();
  if (!known) formats.set(key, format);
  return format;
}

/** `de;q=0.5, en` → `['en', 'de']`: RFC 9110, section 12.5.4; weight 0 means "not this one". */
function tagsByWeight(header: string): string[] {
  return header
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ tag, weight }) => tag !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

function spoken(tag: string): Language | undefined {
  return languages.find((language) => tag === language || tag.startsWith(`${language}-`));
}
