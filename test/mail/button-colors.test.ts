import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buttonColors } from '../../src/mail/button-colors.ts';

test('the label of a button can be read on any accent colour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (color) => {
      const accent = `#${color.toString(16).padStart(6, '0')}`;
      const { fill, text } = buttonColors(accent);
      assert.equal(fill, accent);
      assert.ok(contrast(fill, text) >= 4.5, `${text} on ${fill}`);
    }),
    { numRuns: 2_000 },
  );
});

test('a button as white or as dark as the page has an edge that can be seen there', () => {
  for (const [accent, page] of [
    ['#ffffff', '#ffffff'],
    ['#17191c', '#17191c'],
    ['#fdfdf5', '#ffffff'],
  ] as const) {
    assert.ok(contrast(buttonColors(accent).edge, page) >= 3, accent);
  }
  assert.equal(buttonColors('#0b7285').edge, '#0b7285');
});

test('what is not a colour never reaches a style', () => {
  for (const accent of ['red', '#fff', '#12345g', '#000000; background: url(x)', '']) {
    assert.match(buttonColors(accent).fill, /^#[0-9a-f]{6}$/);
    assert.notEqual(buttonColors(accent).fill, accent);
  }
});

/** As WCAG 2.2 writes it down, by hand and apart from the code under test. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [one, other].map(luminance).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const part = (at: number) => {
    const s = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}
