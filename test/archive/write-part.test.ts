import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { type WrittenPart, writePart } from '../../src/archive/write-part.ts';
import type { RowChunk } from '../../src/sources/source.ts';
import { sealedSizeBytes } from '../../src/vault/age-format.ts';
import { openHead } from '../../src/vault/age-open.ts';
import { createBufferPool } from '../../src/vault/buffer-pool.ts';
import { openInto } from '../../src/vault/open-chunks.ts';
import type { Store } from '../../src/vault/store.ts';
import { names } from '../vault/store-contract.ts';
import { anExport, asChunks } from './archive-folder.ts';

describe('writing a part', () => {
  test('records of each section where it lies, its rows, its bytes and its hash', async (t) => {
    const { vault, key } = await anExport(t);
    const part = await writePart({ store: vault.store, recipient: key.recipient }, 'e_1/part-1', [
      { category: 'account', chunks: asChunks([{ id: 1 }], 1) },
      { category: 'users', chunks: asChunks([], 1) },
      { category: 'contacts', chunks: asChunks([{ id: 1 }, { id: 2 }, { id: 3 }], 2) },
    ]);
    const contacts = '{"id":1},\n      {"id":2},\n      {"id":3}';
    assert.deepEqual(part, {
      sections: [
        { category: 'account', offset: 0, bytes: 8, rows: 1, sha256: sha256('{"id":1}') },
        { category: 'users', offset: 8, bytes: 0, rows: 0, sha256: sha256('') },
        { category: 'contacts', offset: 8, bytes: contacts.length, rows: 3, sha256: sha256(contacts) },
      ],
      sizeBytes: sealedSizeBytes(part.plainBytes),
      plainBytes: 8 + contacts.length,
      sha256: sha256(`{"id":1}${contacts}`),
      headSha256: part.headSha256,
    } satisfies WrittenPart);
    assert.equal(await vault.store.size('e_1/part-1'), part.sizeBytes);
    assert.equal((await readBack(vault.store, key.identity, part)).toString(), `{"id":1}${contacts}`);
  });

  test('of no rows at all makes a part that opens to nothing', async (t) => {
    const { vault, key } = await anExport(t);
    const part = await writePart({ store: vault.store, recipient: key.recipient }, 'e_1/part-1', []);
    const { headSha256, ...rest } = part;
    assert.match(headSha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, { sections: [], sizeBytes: 200, plainBytes: 0, sha256: sha256('') });
    assert.equal((await readBack(vault.store, key.identity, part)).length, 0);
  });

  test('twice gives the same record, but for the head, and leaves one object', async (t) => {
    const { vault, key } = await anExport(t);
    const once = () =>
      writePart({ store: vault.store, recipient: key.recipient }, 'e_1/part-1', [
        { category: 'contacts', chunks: asChunks([{ id: 1 }, { id: 2 }], 1) },
      ]);
    const [first, second] = [await once(), await once()];
    assert.notEqual(first.headSha256, second.headSha256);
    assert.deepEqual({ ...first, headSha256: '' }, { ...second, headSha256: '' });
    assert.deepEqual(await names(vault.store), ['e_1/part-1']);
  });

  test('reports its progress, rows and bytes so far', async (t) => {
    const { vault, key } = await anExport(t);
    const reports: { rows: number; bytes: number }[] = [];
    const sections = [
      { category: 'account', chunks: asChunks([{ id: 1 }], 1) },
      { category: 'contacts', chunks: asChunks([{ id: 1 }, { id: 2 }, { id: 3 }], 2) },
    ];
    const options = { onProgress: (soFar: { rows: number; bytes: number }) => reports.push(soFar) };
    const part = await writePart({ store: vault.store, recipient: key.recipient }, 'p', sections, options);
    assert.deepEqual(
      reports.map(({ rows }) => rows),
      [1, 3, 4],
    );
    assert.equal(reports.at(-1)?.bytes, part.plainBytes);
  });

  test('keeps nothing when the source fails, and closes the reader', async (t) => {
    const { vault, key } = await anExport(t);
    const failure = new Error('the source went away');
    let isClosed = false;
    async function* chunks(): AsyncGenerator<RowChunk, void> {
      try {
        yield { bytes: Buffer.alloc(300_000), rows: 1 };
        throw failure;
      } finally {
        isClosed = true;
      }
    }
    const sections = [{ category: 'contacts', chunks: chunks() }];
    await assert.rejects(writePart({ store: vault.store, recipient: key.recipient }, 'p', sections), failure);
    assert.deepEqual(await names(vault.store), []);
    assert(isClosed);
  });

  test('stops when it is told to, keeps nothing, closes the reader and throws the reason', async (t) => {
    const { vault, key } = await anExport(t);
    const stop = new AbortController();
    const reason = new Error('cancelled by the person');
    let isClosed = false;
    async function* chunks(): AsyncGenerator<RowChunk, void> {
      try {
        for (let count = 0; ; count++) {
          if (count === 5) stop.abort(reason);
          yield { bytes: Buffer.alloc(100_000), rows: 1 };
        }
      } finally {
        isClosed = true;
      }
    }
    const sections = [{ category: 'contacts', chunks: chunks() }];
    const parts = { store: vault.store, recipient: key.recipient };
    await assert.rejects(writePart(parts, 'p', sections, { signal: stop.signal }), reason);
    assert.deepEqual(await names(vault.store), []);
    assert(isClosed);
  });

  test('of 200 MB holds back less than two chunks of it, however slowly the store takes them', async (t) => {
    const { key } = await anExport(t);
    const chunkSize = 256 * 1024;
    const buffer = Buffer.alloc(chunkSize);
    let asked = 0;
    let taken = 0;
    let mostOutstanding = 0;
    const slowStore: Pick<Store, 'write'> = {
      async write(_name, bytes) {
        for await (const chunk of bytes) {
          if (taken % (16 * chunkSize) < chunkSize) await new Promise(setImmediate);
          mostOutstanding = Math.max(mostOutstanding, asked - taken);
          taken += chunk.length;
        }
        return { sizeBytes: taken };
      },
    };
    async function* chunks(): AsyncGenerator<RowChunk, void> {
      for (let count = 0; count < 800; count++) {
        asked += chunkSize;
        yield { bytes: buffer, rows: 1 };
      }
    }
    const sections = [{ category: 'contacts', chunks: chunks() }];
    const part = await writePart({ store: slowStore, recipient: key.recipient }, 'p', sections);
    assert.equal(part.plainBytes, 200 * 1024 * 1024);
    assert.equal(part.sizeBytes, sealedSizeBytes(part.plainBytes));
    assert(
      mostOutstanding <= 2 * chunkSize,
      `${mostOutstanding} bytes were read and not yet taken by the store`,
    );
  });
});

async function readBack(store: Store, identity: string, part: WrittenPart): Promise<Buffer> {
  const file = { name: 'e_1/part-1', plainBytes: part.plainBytes, headSha256: part.headSha256 };
  const plain = Buffer.alloc(part.plainBytes);
  const head = await openHead(store, file, identity);
  await openInto({ store, buffers: createBufferPool(0, 0) }, { ...file, head }, 0, [plain]);
  return plain;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
