import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  accentFor,
  contrast,
  SHAPE_CONTRAST,
  surfaces,
  TEXT_CONTRAST,
} from '../../src/http/account/accent.ts';

const schemes = ['light', 'dark'] as const;
const colors = fc.nat(0xffffff).map((value) => `#${value.toString(16).padStart(6, '0')}`);

test('contrast is counted as WCAG counts it', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#ffffff', '#ffffff'), 1);
  assert.equal(contrast('#767676', '#ffffff').toFixed(2), '4.54');
});

test('whatever accent a product has, text on it and in it can be read in both schemes', () => {
  fc.assert(
    fc.property(colors, fc.constantFrom(...schemes), (color, scheme) => {
      const { accent, onAccent, accentInk } = accentFor(scheme, color);
      assert.ok(contrast(onAccent, accent) >= TEXT_CONTRAST, `${onAccent} on ${accent}`);
      assert.ok(contrast(accentInk, surfaces[scheme]) >= TEXT_CONTRAST, `${accentInk} as text`);
      assert.ok(contrast(accent, surfaces[scheme]) >= SHAPE_CONTRAST, `${accent} as a shape`);
      for (const value of [accent, onAccent, accentInk]) assert.match(value, /^#[0-9a-f]{6}$/);
    }),
    { numRuns: 2000 },
  );
});

test('an accent that can be read stays as the product wrote it', () => {
  assert.equal(accentFor('light', '#0b7285').accent, '#0b7285');
  assert.equal(accentFor('light', '#0b7285').accentInk, '#0b7285');
});
