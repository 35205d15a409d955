import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { HandoverError } from '../../src/errors.ts';
import type { Store } from '../../src/vault/store.ts';
import { collect, inChunks, patternBytes } from './bytes.ts';

/** What every store keeps, whatever it keeps it in. `open` gives an empty store that the test may fill. */
export function storeContract(kind: string, open: (t: TestContext) => Promise<Store>): void {
  describe(`a store in ${kind}`, () => {
    for (const size of [0, 1, 65_536, 3_000_000]) {
      test(`gives back the ${size} bytes that were written`, async (t) => {
        const store = await open(t);
        const bytes = patternBytes(size);
        assert.deepEqual(await store.write('e_1/part-1', inChunks(bytes, 70_000, 3)), { sizeBytes: size });
        assert.deepEqual(await collect(store.read('e_1/part-1')), bytes);
        assert.equal(await store.size('e_1/part-1'), size);
        if (store.sizeNow) assert.equal(store.sizeNow('e_1/part-1'), size);
      });
    }

    test('gives back any range, cut to the object', async (t) => {
      const store = await open(t);
      const bytes = patternBytes(700_000);
      await store.write('part', inChunks(bytes, 100_000));
      for (const [start, end] of [
        [0, 1],
        [0, 700_000],
        [262_143, 524_289],
        [699_999, 700_000],
        [10, 10],
        [699_990, 900_000],
        [700_000, 700_001],
      ] as const) {
        assert.deepEqual(
          await collect(store.read('part', { start, end })),
          bytes.subarray(start, end),
          `${start}`,
        );
      }
      assert.deepEqual(await collect(store.read('part', { start: 5 })), bytes.subarray(5));
      assert.deepEqual(await collect(store.read('part', { end: 5 })), bytes.subarray(0, 5));
    });

    test('fills what it is given from any place of an object, as far as that goes', async (t) => {
      const store = await open(t);
      const bytes = patternBytes(700_000);
      await store.write('part', inChunks(bytes, 100_000));
      for (const [start, length] of [
        [0, 1],
        [0, 700_000],
        [262_143, 300_000],
        [699_990, 100],
        [700_000, 5],
        [700_001, 5],
        [10, 0],
      ] as const) {
        const target = Buffer.alloc(length, '#');
        const filled = await store.readInto('part', target, start);
        const expected = bytes.subarray(start, start + length);
        assert.equal(filled, expected.length, `${start}`);
        assert.deepEqual(target.subarray(0, filled), expected);
        assert.deepEqual(
          target.subarray(filled),
          Buffer.alloc(length - filled, '#'),
          'it wrote behind the end',
        );
      }
    });

    test('yields chunks that stay as they are while it reads on', async (t) => {
      const store = await open(t);
      const bytes = patternBytes(2_000_000);
      await store.write('part', inChunks(bytes));
      const kept: Uint8Array[] = [];
      for await (const chunk of store.read('part')) kept.push(chunk);
      assert.deepEqual(Buffer.concat(kept), bytes);
    });

    test('has taken a chunk when it asks for the next one', async (t) => {
      const store = await open(t);
      const bytes = patternBytes(2_000_000);
      async function* reusing() {
        const buffer = Buffer.alloc(30_000);
        for await (const chunk of inChunks(bytes, buffer.length)) {
          buffer.set(chunk);
          yield buffer.subarray(0, chunk.length);
          buffer.fill(0);
        }
      }
      await store.write('part', reusing());
      assert.deepEqual(await collect(store.read('part')), bytes);
    });

    test('replaces an object that is written again', async (t) => {
      const store = await open(t);
      await store.write('part', inChunks(patternBytes(900)));
      await store.write('part', inChunks(Buffer.from('second')));
      assert.equal((await collect(store.read('part'))).toString(), 'second');
      assert.deepEqual(await names(store), ['part']);
    });

    test('says that an object is missing', async (t) => {
      const store = await open(t);
      await store.write('e_1/part-1', inChunks(patternBytes(9)));
      for (const name of ['e_1/part-2', 'e_2/part-1', 'e_1', 'e_1/part-1/deeper']) {
        assert.equal(await store.size(name), null, name);
        if (store.sizeNow) assert.equal(store.sizeNow(name), null, name);
        await assert.rejects(collect(store.read(name)), hasCode('archive_damaged'), name);
        await assert.rejects(store.readInto(name, Buffer.alloc(9), 0), hasCode('archive_damaged'), name);
      }
    });

    test('lists what lies under a prefix', async (t) => {
      const store = await open(t);
      assert.deepEqual(await names(store, 'e_1'), []);
      const all = ['e_1/part-1', 'e_1/part-2', 'e_1/deeper/part-3', 'e_10/part-1', 'loose'];
      for (const name of all) await store.write(name, inChunks(patternBytes(5)));
      assert.deepEqual(await names(store), [...all].sort());
      assert.deepEqual(await names(store, 'e_1'), ['e_1/deeper/part-3', 'e_1/part-1', 'e_1/part-2']);
      assert.deepEqual(await names(store, 'e_1/part-1'), ['e_1/part-1']);
      assert.deepEqual(await names(store, 'e_3'), []);
    });

    test('removes a folder or one object and leaves its neighbours', async (t) => {
      const store = await open(t);
      const all = [
        'e_1/part-1',
        'e_1/deeper/part-2',
        'e_1.old/part-1',
        'e_10/part-1',
        'e_2/part-1',
        'e_2/part-10',
      ];
      for (const name of all) await store.write(name, inChunks(patternBytes(5)));
      await store.remove('e_1');
      await store.remove('e_2/part-1');
      assert.deepEqual(await names(store), ['e_1.old/part-1', 'e_10/part-1', 'e_2/part-10']);
      assert.equal(await store.size('e_1/part-1'), null);
    });

    test('can remove what is not there, and twice', async (t) => {
      const store = await open(t);
      await store.remove('e_1');
      await store.write('e_1/part-1', inChunks(patternBytes(5)));
      await Promise.all([store.remove('e_1'), store.remove('e_1'), store.remove('e_1/part-1')]);
      await store.remove('e_1');
      assert.deepEqual(await names(store), []);
    });

    test('keeps nothing of a write whose source fails, and passes the failure on', async (t) => {
      const store = await open(t);
      const failure = new Error('the source went away');
      async function* failing() {
        yield* inChunks(patternBytes(2_000_000), 100_000);
        throw failure;
      }
      await assert.rejects(store.write('e_1/part-1', failing()), failure);
      assert.equal(await store.size('e_1/part-1'), null);
      assert.deepEqual(await names(store), []);
    });

    test('keeps the object that was there when writing it again fails', async (t) => {
      const store = await open(t);
      await store.write('part', inChunks(Buffer.from('first')));
      async function* failing() {
        yield Buffer.from('sec');
        throw new Error('the source went away');
      }
      await assert.rejects(store.write('part', failing()));
      assert.equal((await collect(store.read('part'))).toString(), 'first');
    });

    test('does not list, size or give out an object before it is whole', async (t) => {
      const store = await open(t);
      async function* watched() {
        yield patternBytes(2_000_000);
        assert.equal(await store.size('e_1/part-1'), null);
        assert.deepEqual(await names(store), []);
        yield patternBytes(9);
      }
      await store.write('e_1/part-1', watched());
      assert.equal(await store.size('e_1/part-1'), 2_000_009);
    });

    test('keeps one whole object when several write the same name at once', async (t) => {
      const store = await open(t);
      const versions = Array.from({ length: 8 }, (_, writer) => Buffer.alloc(400_000 + writer, 65 + writer));
      await Promise.all(versions.map((bytes) => store.write('e_1/part-1', inChunks(bytes, 10_000))));
      const kept = await collect(store.read('e_1/part-1'));
      assert(versions.some((bytes) => bytes.equals(kept)));
      assert.deepEqual(await names(store), ['e_1/part-1']);
    });

    test('survives a removal in the middle of writes: each fails as unavailable or its object is whole', async (t) => {
      const store = await open(t);
      const bytes = patternBytes(300_000);
      async function* slowly() {
        for await (const chunk of inChunks(bytes, 20_000)) {
          await new Promise(setImmediate);
          yield chunk;
        }
      }
      const writes = Array.from({ length: 12 }, (_, part) => store.write(`e_1/part-${part}`, slowly()));
      const settled = Promise.allSettled(writes);
      for (let round = 0; round < 10; round++) {
        await store.remove('e_1');
        await new Promise(setImmediate);
      }
      for (const result of await settled) {
        if (result.status === 'rejected')
          assert(hasCode('store_unavailable')(result.reason), String(result.reason));
      }
      for (const name of await names(store)) assert.deepEqual(await collect(store.read(name)), bytes);
      await store.remove('e_1');
      assert.deepEqual(await names(store), []);
    });

    test('removes a folder into which others still write', async (t) => {
      const store = await open(t);
      const writeNew = (part: number) => store.write(`e_1/part-${part}`, inChunks(patternBytes(10)));
      for (let part = 0; part < 100; part++) await writeNew(part);
      let isRemoved = false;
      const writer = async (first: number) => {
        for (let part = first; !isRemoved; part++) {
          await writeNew(part).catch((error) => assert(hasCode('store_unavailable')(error), String(error)));
        }
      };
      const writers = [1000, 2000, 3000, 4000].map(writer);
      await store.remove('e_1').finally(() => {
        isRemoved = true;
      });
      await Promise.all(writers);
      assert.equal(await store.size('e_1/part-50'), null);
    });

    test('asks its source no faster than it stores', async (t) => {
      const store = await open(t);
      let inFlight = 0;
      async function* counting() {
        for (let index = 0; index < 50; index++) {
          assert.equal(++inFlight, 1);
          yield patternBytes(1000);
          inFlight--;
        }
      }
      await store.write('part', counting());
    });

    test('refuses names that could leave it', async (t) => {
      const store = await open(t);
      for (const name of [
        '',
        '/',
        '..',
        '../x',
        'a/../b',
        'a//b',
        '/a',
        'a/',
        './a',
        'a~b',
        'ä',
        'a b',
        'a\\b',
        'a\0b',
      ]) {
        await assert.rejects(store.write(name, inChunks(Buffer.of(1))), TypeError, name);
        await assert.rejects(collect(store.read(name)), TypeError, name);
        await assert.rejects(store.size(name), TypeError, name);
        await assert.rejects(store.remove(name), TypeError, name);
        if (name !== '') await assert.rejects(names(store, name), TypeError, name);
      }
      assert.deepEqual(await names(store), []);
    });
  });
}

export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof HandoverError && error.code === code;
}

export async function names(store: Store, prefix = ''): Promise<string[]> {
  const found: string[] = [];
  for await (const name of store.list(prefix)) found.push(name);
  return found.sort();
}
