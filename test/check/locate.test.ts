import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocator } from '../../src/check/locate.ts';

const typed = `import { defineConfig, type Words } from 'handover';

const times: Words = { en: 'Times' };
const timestamps = {
  created_at: 'internal',
} as const;
const exclude = { ...timestamps, token: 'secret' } satisfies Record<string, string>;

export default defineConfig({
  // calls: a comment that looks like a key
  exports: {
    account: {
      categories: {
        calls: {
          title: times,
          include: [
            'id',
            { e164: 'number' },
            'price',
          ],
          exclude,
          'belongsTo': { anyOf: ['a', {
            column: 'b',
          }] },
        },
        ...process.env.MORE ? {} : {},
      },
    },
  },
});
`;

test('a place is found in TypeScript, through constants, spreads and types', () => {
  const locate = createLocator(typed, 'handover.config.ts');
  const calls = ['exports', 'account', 'categories', 'calls'];
  assert.equal(locate({ at: calls }), 14);
  assert.equal(locate({ at: [...calls, 'include'], entry: 'price' }), 19);
  assert.equal(locate({ at: [...calls, 'include'], entry: 'e164' }), 18);
  assert.equal(locate({ at: [...calls, 'exclude', 'created_at'] }), 5);
  assert.equal(locate({ at: [...calls, 'exclude', 'token'] }), 7);
  assert.equal(locate({ at: [...calls, 'belongsTo', 'anyOf', 1, 'column'] }), 23);
});

test('of a place that is not written, the last one before it counts', () => {
  const locate = createLocator(typed, 'handover.config.ts');
  assert.equal(locate({ at: ['exports', 'account', 'categories', 'calls', 'orderBy'] }), 14);
  assert.equal(locate({ at: ['exports', 'account', 'categories', 'users', 'from'] }), 13);
  assert.equal(locate({ at: ['chat', 'users'] }), 9);
});

test('a place is found in JSON', () => {
  const json =
    '{\n  "exports": {\n    "account": {\n      "include": ["id",\n        "price"]\n    }\n  }\n}';
  const locate = createLocator(json, 'handover.config.json');
  assert.equal(locate({ at: ['exports', 'account', 'include'], entry: 'price' }), 5);
});

test('a file that cannot be parsed has no lines', () => {
  assert.equal(createLocator('export default {', 'a.mjs')({ at: ['exports'] }), null);
  assert.equal(createLocator('export const a = 1;', 'a.mjs')({ at: ['exports'] }), null);
});
