import assert from 'node:assert/strict';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { collect } from '../vault/bytes.ts';
import { hasCode } from '../vault/store-contract.ts';
import { anExport, openDocument, type Rows, writeParts } from './archive-folder.ts';

test('two parts of one size that changed places are noticed when the archive is read', async (t) => {
  const { vault, key, folder } = await anExport(t);
  const rowsOf = (word: string): Rows[] => [
    { category: 'notes', rows: Array.from({ length: 40 }, (_, id) => ({ id: id + 10, note: word })) },
  ];
  const parts = await writeParts({ vault, key }, [rowsOf('left'), rowsOf('next')]);
  const document = {
    accountId: 'a_42',
    snapshotAt: '2026-02-28T12:00:00.000000Z',
    categories: ['notes'],
  };
  const archive = openDocument({ vault, key }, document, parts);
  await collect(archive.read());

  const [left, next, aside] = ['e_1/part-0', 'e_1/part-1', 'e_1/aside'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  assert.equal((await stat(left)).size, (await stat(next)).size);
  await rename(left, aside);
  await rename(next, left);
  await rename(aside, next);
  await archive.check();
  await assert.rejects(collect(archive.read()), hasCode('archive_damaged'));
});
