import assert from 'node:assert/strict';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { layOutJsonDocument } from '../../src/archive/json-document.ts';
import type { JsonDocument } from '../../src/archive/json-frame.ts';
import { type OpenBlock, openArchive } from '../../src/archive/open-archive.ts';
import { createBlockBuffers, openBlock } from '../../src/archive/open-block.ts';
import type { BufferPool } from '../../src/vault/buffer-pool.ts';
import type { Store } from '../../src/vault/store.ts';
import { waitFor } from '../support/installation.ts';
import { collect } from '../vault/bytes.ts';
import { countOpenFiles } from '../vault/open-files.ts';
import { hasCode } from '../vault/store-contract.ts';
import { anExport, openDocument, printDocument, type Rows, writeParts } from './archive-folder.ts';

const head: JsonDocument = {
  accountId: 'a_42',
  snapshotAt: '2026-02-28T12:00:00.000000Z',
  categories: ['account', 'users', 'contacts', 'flows', 'charges'],
};
const canary = 'CANARY_that_no_file_may_show';

/** Small categories share the first part, around two larger parts of one category. */
const rows: Rows[][] = [
  [
    { category: 'account', rows: [{ id: 'a_42', note: canary }] },
    { category: 'users', rows: numbered(5) },
    { category: 'flows', rows: numbered(7) },
    { category: 'charges', rows: [] },
  ],
  [{ category: 'contacts', rows: numbered(1500, 'left') }],
  [{ category: 'contacts', rows: numbered(2500, 'right') }],
];
const printed = printDocument(head, rows);

describe('an archive', () => {
  test('gives any range as a slice of the whole', async (t) => {
    const { archive } = await anArchive(t);
    const size = archive.sizeBytes;
    assert.equal(size, printed.length);
    assert.deepEqual(await collect(archive.read()), printed);
    await fc.assert(
      fc.asyncProperty(fc.nat(size), fc.oneof(fc.nat(size), fc.nat(300)), async (start, length) => {
        const range = { start, end: Math.min(size, start + length) };
        assert.deepEqual(await collect(archive.read(range)), printed.subarray(range.start, range.end));
      }),
      { numRuns: 200 },
    );
    for (const range of [
      { start: size, end: size },
      { start: 0, end: 0 },
      { start: size - 1, end: size },
    ]) {
      assert.deepEqual(await collect(archive.read(range)), printed.subarray(range.start, range.end));
    }
  });

  test('refuses a range outside of the file', async (t) => {
    const { archive } = await anArchive(t);
    for (const range of [
      { start: -1, end: 3 },
      { start: 4, end: 3 },
      { start: 0, end: archive.sizeBytes + 1 },
    ]) {
      await assert.rejects(collect(archive.read(range)), RangeError);
    }
  });

  test('takes each slice from its own part, also where one begins at the offset at which the last one ended', async (t) => {
    const anyExport = await anExport(t);
    const categories = ['account', 'contacts', 'users'];
    const parts: Rows[][] = [
      [{ category: 'account', rows: [{ id: 1 }] }],
      [
        { category: 'users', rows: [{ id: 2 }] },
        { category: 'contacts', rows: [{ id: 3 }] },
      ],
    ];
    const archive = openDocument(anyExport, { ...head, categories }, await writeParts(anyExport, parts));
    assert.deepEqual(await collect(archive.read()), printDocument({ ...head, categories }, parts));
  });

  test('reads for a range only the chunks that cover it, and small categories in one go', async (t) => {
    const { layout, store, key } = await anArchive(t);
    const asked: { name: string; bytes: number }[] = [];
    const watched: Pick<Store, 'readInto' | 'size'> = {
      size: (name) => store.size(name),
      readInto: (name, target, start) => {
        asked.push({ name, bytes: target.length });
        return store.readInto(name, target, start);
      },
    };
    const archive = openArchive({ store: watched, identity: key.identity }, layout);

    const inRight = printed.indexOf('right 2000');
    await collect(archive.read({ start: inRight, end: inRight + 10 }));
    assert.deepEqual(asked.splice(0), [
      { name: 'e_1/part-2', bytes: 4096 },
      { name: 'e_1/part-2', bytes: 65_552 },
    ]);

    // Up to the first byte of a part is without it, and nothing is nothing.
    await collect(archive.read({ start: inRight, end: inRight }));
    await collect(archive.read({ start: 0, end: printed.indexOf('{"id":"a_42"') }));
    assert.deepEqual(asked, []);

    await collect(archive.read({ start: 0, end: printed.indexOf('"contacts"') }));
    assert.deepEqual(
      asked.map(({ name }) => name),
      ['e_1/part-0', 'e_1/part-0'],
    );
  });

  test('has the same tag when it is sealed anew, and another when anything in it differs', async (t) => {
    const one = (await anArchive(t)).archive.etag;
    assert.match(one, /^"[\x21\x23-\x7e]+"$/);
    assert.equal((await anArchive(t)).archive.etag, one);

    const otherRow = structuredClone(rows);
    otherRow[1]?.[0]?.rows.splice(0, 1, { id: 0, name: 'lefT 0', filler: '' });
    const anyExport = await anExport(t);
    const tags = [one, openDocument(anyExport, head, await writeParts(anyExport, otherRow)).etag];
    const parts = await writeParts(anyExport, rows);
    for (const change of [{ accountId: 'a_43' }, { snapshotAt: '2026-02-28T12:00:01Z' }]) {
      tags.push(openDocument(anyExport, { ...head, ...change }, parts).etag);
    }
    assert.equal(new Set(tags).size, tags.length);
  });

  test('is nowhere in the clear in the store', async (t) => {
    const { folder } = await anArchive(t);
    assert(printed.includes(canary));
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name))),
    );
    assert.equal(contents.length, 3);
    for (const content of contents) {
      for (const plain of [canary, 'left 7', '"id"', 'accountId', 'contacts'])
        assert(!content.includes(plain), plain);
    }
  });

  test('is opened no further once the reader stops early', async (t) => {
    const { layout, store, key } = await anArchive(t);
    const buffers = createBlockBuffers();
    const later: Promise<unknown>[] = [];
    let begun = 0;
    const open: OpenBlock = async (pieces, buffer, stopped) => {
      const isStopped = () => Atomics.load(stopped, 0) !== 0;
      const isFirst = begun++ === 0;
      const readInto: Store['readInto'] = async (...asked) => {
        if (!isFirst) await waitFor('the reader to stop', async () => (isStopped() ? true : null));
        return store.readInto(...asked);
      };
      const opening = openBlock({ store: { readInto }, buffers, isStopped }, pieces, new Uint8Array(buffer));
      if (!isFirst) later.push(opening.catch((error: unknown) => error));
      await opening;
      return buffer;
    };
    const reading = openArchive({ store, identity: key.identity, open }, layout).read();
    await reading.next();
    await reading.next();
    await waitFor('a block ahead', async () => (later.length > 0 ? true : null));
    await reading.return();
    for (const error of await Promise.all(later)) assert.match(String(error), /Nobody waits/);
  });

  test('gives its buffers back when the reader stops early, and when it does not', async (t) => {
    const { layout, store, key } = await anArchive(t);
    const pool = createBlockBuffers();
    const taken = new Set<ArrayBuffer>();
    const buffers: BufferPool = {
      take(bytes) {
        const buffer = pool.take(bytes);
        taken.add(buffer);
        return buffer;
      },
      give(buffer) {
        assert(taken.delete(buffer), 'a buffer is given back that was not taken');
        pool.give(buffer);
      },
    };
    const archive = openArchive({ store, identity: key.identity, buffers }, layout);
    assert.deepEqual(await collect(archive.read()), printed);
    assert.equal(taken.size, 0);
    for await (const _ of archive.read()) break;
    await waitFor('the blocks ahead', async () => (taken.size === 0 ? true : null));
  });

  test('lets go of its files when the reader stops early', async (t) => {
    if (process.platform !== 'linux') return t.skip('open files are counted in /proc');
    const { archive, folder } = await anArchive(t);
    for await (const _ of archive.read()) break;
    await waitFor('no open file', async () => ((await countOpenFiles(folder)) === 0 ? true : null));
  });
});

describe('an archive with a damaged part', () => {
  const damages: [what: string, damage: (path: string) => Promise<void>, isSeenBySize: boolean][] = [
    ['is missing', (path) => rm(path), true],
    ['was cut', (path) => truncate(path, 184 + 65_552), true],
    ['is empty', (path) => truncate(path, 0), true],
    ['grew', async (path) => writeFile(path, Buffer.concat([await readFile(path), Buffer.of(0)])), true],
    ['was altered', (path) => alterByte(path, 70_000), false],
    ['was altered in its header', (path) => alterByte(path, 100), false],
  ];
  for (const [what, damage, isSeenBySize] of damages) {
    test(`that ${what} is refused where it is reached, and by the check before: ${isSeenBySize}`, async (t) => {
      const { archive, folder } = await anArchive(t);
      await damage(join(folder, 'e_1/part-1'));
      const yielded: Uint8Array[] = [];
      await assert.rejects(async () => {
        for await (const piece of archive.read()) yielded.push(Buffer.from(piece));
      }, hasCode('archive_damaged'));
      const good = Buffer.concat(yielded);
      assert.deepEqual(good, printed.subarray(0, good.length));

      if (isSeenBySize) await assert.rejects(archive.check(), hasCode('archive_damaged'));
      else await archive.check();
      // What does not need the damaged part is still there.
      const tail = { start: printed.indexOf('right 2000'), end: printed.length };
      await archive.check(tail);
      assert.deepEqual(await collect(archive.read(tail)), printed.subarray(tail.start));
    });
  }

  test('is noticed when a part of the same export stands in the place of another', async (t) => {
    const { archive, folder } = await anArchive(t);
    await writeFile(join(folder, 'e_1/part-1'), await readFile(join(folder, 'e_1/part-2')));
    await assert.rejects(collect(archive.read()), hasCode('archive_damaged'));
  });

  test('says which part it is', async (t) => {
    const { archive, folder } = await anArchive(t);
    await rm(join(folder, 'e_1/part-1'));
    await assert.rejects(collect(archive.read()), /e_1\/part-1/);
    await assert.rejects(archive.check(), /e_1\/part-1/);
  });
});

test('an archive does not open with the key of another export', async (t) => {
  const { layout, store } = await anArchive(t);
  const { key } = await anExport(t);
  const archive = openArchive({ store, identity: key.identity }, layout);
  await assert.rejects(collect(archive.read()), hasCode('archive_damaged'));
});

async function anArchive(t: TestContext) {
  const { vault, key, folder } = await anExport(t);
  const layout = layOutJsonDocument(head, await writeParts({ vault, key }, rows, 100));
  return {
    archive: openArchive({ store: vault.store, identity: key.identity }, layout),
    layout,
    store: vault.store,
    key,
    folder,
  };
}

function numbered(count: number, word = 'row'): object[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    name: `${word} ${id}`,
    filler: 'é'.repeat(id % 60),
  }));
}

async function alterByte(path: string, index: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
