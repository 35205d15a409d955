import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chooseLanguage,
  formatBytes,
  formatDuration,
  formatInstant,
  formatNumber,
  languages,
  words,
} from '../../src/language/language.ts';

const HOUR = 3_600_000;

test('the first wish that names a spoken language wins', () => {
  assert.equal(chooseLanguage([null, undefined, '', 'de', 'en'], 'en'), 'de');
  assert.equal(chooseLanguage(['fr', 'de-AT'], 'en'), 'de');
  assert.equal(chooseLanguage(['EN-us'], 'de'), 'en');
});

test('an Accept-Language header counts by its weights', () => {
  assert.equal(chooseLanguage(['fr, de;q=0.4, en;q=0.8'], 'de'), 'en');
  assert.equal(chooseLanguage(['fr;q=0.9,de-CH;q=0.5'], 'en'), 'de');
  assert.equal(chooseLanguage(['de;q=0, en;q=0.1'], 'de'), 'en', 'weight 0 is "not this one"');
  assert.equal(chooseLanguage(['en, de'], 'de'), 'en', 'equal weights keep their order');
});

test('wishes that nobody can read fall back to the language of the product, and then to English', () => {
  for (const broken of ['*', ';;q=,', 'deutsch', 'q=1', '-', 'de;q=zero', '\u0000', ','.repeat(10_000)]) {
    assert.equal(chooseLanguage([broken], 'de-DE'), 'de', broken.slice(0, 20));
    assert.equal(chooseLanguage([broken], 'xx'), 'en', broken.slice(0, 20));
  }
});

test('a text of the config is told in the language asked for, else in English, else in the one it has', () => {
  assert.equal(words('Calls', 'de'), 'Calls');
  assert.equal(words({ en: 'Calls', de: 'Anrufe' }, 'de'), 'Anrufe');
  assert.equal(words({ en: 'Calls' }, 'de'), 'Calls');
  assert.equal(words({ fr: 'Appels' }, 'de'), 'Appels');
  assert.equal(words({}, 'de'), '');
});

test('an instant is told to the minute, in UTC or the zone asked for', () => {
  const instant = new Date('2026-02-28T12:00:59.999Z');
  assert.equal(formatInstant(instant, 'en'), '28 February 2026, 12:00 UTC');
  assert.equal(formatInstant(instant, 'de'), '28. Februar 2026, 12:00 UTC');
  assert.equal(
    formatInstant(new Date('2026-02-28T23:30:00Z'), 'en', 'Europe/Berlin'),
    '1 March 2026, 00:30 CET',
  );
});

test('a duration is told as people say it', () => {
  const told = (durationMs: number) => formatDuration(durationMs, 'en');
  assert.equal(told(90_000), '90 seconds');
  assert.equal(told(15 * 60_000), '15 minutes');
  assert.equal(told(24 * HOUR), '24 hours');
  assert.equal(told(24 * HOUR - 7_000), '24 hours', 'seconds after the request');
  assert.equal(told(24 * HOUR - 31 * 60_000), '23 hours, 29 minutes');
  assert.equal(told(48 * HOUR - 1), '2 days');
  assert.equal(told(7 * 24 * HOUR), '7 days');
  assert.equal(told(60 * HOUR), '2 days, 12 hours');
  assert.equal(told(-5), '0 seconds');
  assert.equal(formatDuration(24 * HOUR, 'de'), '24 Stunden');
  assert.equal(formatDuration(1_000, 'de'), '1 Sekunde');
});

test('a size is told in the unit in which it stays short', () => {
  const told = (sizeBytes: number) => formatBytes(sizeBytes, 'en');
  assert.deepEqual([0, 1, 999, 1_234, 999_999, 48_000_000].map(told), [
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1.2 kB',
    '1 MB',
    '48 MB',
  ]);
  assert.equal(told(5e15), '5,000 TB');
  assert.equal(formatBytes(1_234, 'de'), '1,2 kB');
});

test('numbers are grouped as the language does', () => {
  assert.deepEqual(
    languages.map((language) => formatNumber(26_291, language)),
    ['26,291', '26.291'],
  );
});
