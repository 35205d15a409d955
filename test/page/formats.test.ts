import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page as german } from '../../src/language/de/page.ts';
import { page as english } from '../../src/language/en/page.ts';
import { createFormats } from '../../src/page/formats.ts';

const en = createFormats('en', english.justNow, 'Europe/Berlin');
const de = createFormats('de', german.justNow, 'Europe/Berlin');
const at = '2026-02-28T12:00:00Z';

const second = 1;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

for (const [seconds, inEnglish, inGerman] of [
  [44.2 * second, 'in 45 seconds', 'in 45 Sekunden'],
  [1 * second, 'in 1 second', 'in 1 Sekunde'],
  [5 * minute + 20, 'in 5 minutes', 'in 5 Minuten'],
  [119 * minute, 'in 119 minutes', 'in 119 Minuten'],
  [3 * hour + 50 * minute, 'in 3 hours', 'in 3 Stunden'],
  [day - 20, 'in 24 hours', 'in 24 Stunden'],
  [day - 10 * minute, 'in 23 hours', 'in 23 Stunden'],
  [3 * day + hour, 'in 3 days', 'in 3 Tagen'],
  [-1 * second, 'just now', 'gerade eben'],
  [-59 * second, 'just now', 'gerade eben'],
  [-70 * second, '1 minute ago', 'vor 1 Minute'],
  [-25 * hour, '25 hours ago', 'vor 25 Stunden'],
  [-90 * day, '3 months ago', 'vor 3 Monaten'],
  [-800 * day, '2 years ago', 'vor 2 Jahren'],
] as const) {
  test(`an instant ${seconds} seconds away is "${inEnglish}" and "${inGerman}"`, () => {
    const nowMs = Date.parse(at) - seconds * 1000;
    assert.equal(en.relative(at, nowMs), inEnglish);
    assert.equal(de.relative(at, nowMs), inGerman);
  });
}

test('a deadline is never called further away than it is, but for the first moments of its window', () => {
  for (let seconds = 90; seconds < 2 * day; seconds += 97) {
    const [, number = '0', unit = ''] = en.relative(at, Date.parse(at) - seconds * 1000).split(' ');
    const unitSeconds = unit.startsWith('hour') ? hour : minute;
    assert.ok(Number(number) * unitSeconds <= seconds + 0.05 * unitSeconds, `${seconds}: ${number} ${unit}`);
  }
});

test('progress is rounded down, so that it never says 100 % too early', () => {
  assert.equal(en.percent(0.999), '99%');
  assert.equal(de.percent(0.416), '41\u00a0%');
});

test('counts agree with their nouns', () => {
  assert.equal(en.count(1, english.facts.records), '1 record');
  assert.equal(en.count(34_911, english.facts.records), '34,911 records');
  assert.equal(de.count(1, german.facts.records), '1 Datensatz');
  assert.equal(de.count(0, german.facts.records), '0 Datensätze');
});

test('the exact instant names the time zone it is told in', () => {
  assert.equal(en.instant(at), '28 February 2026, 13:00 CET');
  assert.equal(de.instant(at), '28. Februar 2026, 13:00 MEZ');
});
