import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planParts } from '../../src/builder/plan.ts';
import type { Readable } from '../../src/builder/sections.ts';
import type { Reader } from '../../src/sources/source.ts';

describe('the plan', () => {
  test('puts small sections into one part, in order', async () => {
    assert.deepEqual(await partsOf({ profile: 1, posts: 40_000, votes: 300 }), [
      ['profile', 'posts', 'votes'],
    ]);
  });

  test('cuts a section of a middle size into eight parts, so that readers end together', async () => {
    assert.equal((await partsOf({ messages: 400_000 })).length, 8);
  });

  test('cuts none into parts of fewer than 25,000 rows, unless the config asks for it', async () => {
    assert.equal((await partsOf({ messages: 49_999 })).length, 1);
    assert.equal((await partsOf({ messages: 60_000 })).length, 2);
    assert.equal((await partsOf({ messages: 60_000 }, 10_000)).length, 6);
  });

  test('keeps to the rows a part of the config, however large a section is', async () => {
    assert.equal((await partsOf({ messages: 5_000_000 })).length, 50);
  });

  test('gives what is cut parts of its own, between those before and behind it', async () => {
    const parts = await partsOf({ profile: 1, messages: 60_000, votes: 2 });
    assert.deepEqual(parts, [['profile'], ['messages'], ['messages'], ['votes']]);
  });
});

/** The categories of each part; ranges are as equal as they can be. */
async function partsOf(rows: Record<string, number>, rowsPerPart = 100_000): Promise<string[][]> {
  const readable: Readable = {
    source: 'main',
    rowsPerPart,
    sections: Object.keys(rows).map((category) => ({
      category,
      cut: async (_reader, targetRows, count) =>
        Array.from({ length: Math.round(count / targetRows) }, () => ({ from: null, to: null })),
    })),
    hasSubject: async () => true,
    read: async function* () {},
    count: async () => ({
      counts: Object.entries(rows).map(([category, rowsInScope]) => ({
        category,
        rowsInScope,
        rowsLeftOut: 0,
      })),
      cuts: [],
    }),
  };
  const { parts } = await planParts({} as Reader, readable, 1);
  return parts.map((slices) => slices.map(({ category }) => category));
}
