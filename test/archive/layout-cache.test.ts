import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Layout, layOut } from '../../src/archive/layout.ts';
import { createLayoutCache } from '../../src/archive/layout-cache.ts';

describe('layouts that are kept', () => {
  test('are found by their names, the longest unused forgotten first', () => {
    const cache = createLayoutCache();
    const layouts = Array.from({ length: 40 }, () => layoutOf(2));
    for (const [number, layout] of layouts.entries()) {
      cache.keep(`e_${number}`, layout);
      const first = layouts[0];
      if (first) cache.keep('e_0', first);
    }
    const known = cache.known();
    assert.equal(known.size, 32);
    assert.equal(known.get('e_0'), layouts[0]);
    assert.equal(known.get('e_39'), layouts[39]);
    assert.equal(known.has('e_8'), false);
  });

  test('have no more pieces together than they may', () => {
    const cache = createLayoutCache(10);
    for (const name of ['a', 'b', 'c']) cache.keep(name, layoutOf(4));
    assert.deepEqual([...cache.known().keys()], ['b', 'c']);
    cache.keep('large', layoutOf(11));
    assert.deepEqual([...cache.known().keys()], ['b', 'c']);
    cache.keep('d', layoutOf(9));
    assert.deepEqual([...cache.known().keys()], ['d']);
  });

  test('stay with who looks something up meanwhile', () => {
    const cache = createLayoutCache(1);
    const layout = layoutOf(1);
    cache.keep('a', layout);
    const known = cache.known();
    cache.keep('b', layoutOf(1));
    assert.equal(known.get('a'), layout);
    assert.equal(cache.known().has('a'), false);
  });
});

function layoutOf(segments: number): Layout {
  return layOut(Array.from({ length: segments }, () => ({ kind: 'text', bytes: Buffer.from('x') }) as const));
}
