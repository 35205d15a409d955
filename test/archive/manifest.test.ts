import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { digestDocument } from '../../src/archive/document-digester.ts';
import { createFileDigester, type FileDigest } from '../../src/archive/file-digest.ts';
import { manifestSchema } from '../../src/archive/manifest.ts';
import { streamJsonDocument } from '../../src/archive/stream-json-document.ts';
import { findGaps } from '../../src/lifecycle/balance.ts';
import { createSigner } from '../../src/vault/signer.ts';
import { asChunks } from './archive-folder.ts';
import { assertManifest } from './manifest-schema.ts';
import { provedDocument } from './proved.ts';

describe('a manifest', () => {
  test('has the shape that its schema says', async (t) => {
    assertManifest((await provedDocument(t)).manifest);
  });

  test('is described by the schema in schemas/', async () => {
    const written = JSON.parse(await readFile('schemas/manifest.json', 'utf8'));
    const hint = 'run: node scripts/write-schemas.ts && npx biome format --write schemas';
    assert.deepEqual(written, JSON.parse(JSON.stringify(manifestSchema())), hint);
  });

  test('is signed by a key that is the same for the same installation key, and another for another', () => {
    const keyOf = (byte: number) => createSigner(Buffer.alloc(32, byte)).publicKey;
    assert.deepEqual(keyOf(1), keyOf(1));
    assert.notDeepEqual(keyOf(1), keyOf(2));
    // By HKDF and RFC 8032 alone: an installation keeps its key across versions.
    assert.equal(keyOf(1).x, 'f_rq3fCEN5cxuEdk4A8tbChQO3DI7AMZ2jh2SjXI6Us');
  });
});

test('what is hashed while a document is written is what a reader of it finds', async () => {
  const document = {
    accountId: 'a_1',
    snapshotAt: '2026-02-28T12:00:00Z',
    categories: ['none', 'some', 'last'],
  };
  const rows: Record<string, object[]> = {
    none: [],
    some: [{ id: 1 }, { id: 2 }, { id: 3 }],
    last: [{ id: 4 }],
  };
  const written = digestDocument(document);
  for (const category of document.categories) {
    written.open(category);
    for await (const { bytes } of asChunks(rows[category] ?? [], 2)) written.rows(bytes);
  }
  const read = createFileDigester();
  const pieces = streamJsonDocument(
    document,
    (category) => asChunks(rows[category] ?? [], 1),
    () => {},
  );
  for await (const { section, bytes } of pieces) {
    if (section === null) read.frame(bytes);
    else read.rows(section, bytes);
  }
  const found: FileDigest = read.end();
  assert.deepEqual(written.end(), found);
  assert.deepEqual(
    found.sections.map(({ name, bytes }) => [name, bytes]),
    [
      ['some', 3 * '{"id":1}'.length + 2 * ',\n      '.length],
      ['last', '{"id":4}'.length],
    ],
  );
});

test('a category balances when its rows are those in scope without those that a rule left out', () => {
  const counts = [
    { category: 'right', rowsInScope: 10, rowsLeftOut: 3 },
    { category: 'lacking', rowsInScope: 10, rowsLeftOut: 3 },
    { category: 'over', rowsInScope: 10, rowsLeftOut: 0 },
    { category: 'gone', rowsInScope: 1, rowsLeftOut: 0 },
    { category: 'empty', rowsInScope: 0, rowsLeftOut: 0 },
  ];
  const exported = new Map([
    ['right', 7],
    ['lacking', 5],
    ['over', 12],
    ['uncounted', 3],
  ]);
  assert.deepEqual(
    findGaps(counts, exported).map(({ category, rowsExported, rowsFailed }) => [
      category,
      rowsExported,
      rowsFailed,
    ]),
    [
      ['lacking', 5, 2],
      ['over', 12, -2],
      ['gone', 0, 1],
    ],
  );
});
