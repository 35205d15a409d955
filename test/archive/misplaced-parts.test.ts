import assert from 'node:assert/strict';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { collect } from '../vault/bytes.ts';
import { hasCode } from '../vault/store-contract.ts';
import { anExport, openDocument, type Rows, writeParts } from './archive-folder.ts';

describe('two parts of one size that changed places', () => {
  test('are noticed whatever is read of them', async (t) => {
    const { archive, swap } = await twoParts(t, { areHeadsRecorded: true });
    const { sizeBytes } = archive();
    const middle = { start: sizeBytes - 500, end: sizeBytes - 490 };
    await collect(archive().read());
    await collect(archive().read(middle));
    await swap();
    await archive().check();
    await assert.rejects(collect(archive().read()), hasCode('archive_damaged'));
    await assert.rejects(collect(archive().read(middle)), hasCode('archive_damaged'));
  });

  test('are noticed by their hashes where no heads were recorded, before one has gone out whole', async (t) => {
    const { archive, swap } = await twoParts(t, { areHeadsRecorded: false });
    const whole = await collect(archive().read());
    await swap();
    const chunks: Buffer[] = [];
    await assert.rejects(async () => {
      for await (const chunk of archive().read()) chunks.push(Buffer.from(chunk));
    }, hasCode('archive_damaged'));
    assert(Buffer.concat(chunks).length < whole.length);
  });
});

async function twoParts(t: TestContext, { areHeadsRecorded }: { areHeadsRecorded: boolean }) {
  const { vault, key, folder } = await anExport(t);
  const rowsOf = (word: string): Rows[] => [
    { category: 'notes', rows: Array.from({ length: 40 }, (_, id) => ({ id: id + 10, note: word })) },
  ];
  const written = await writeParts({ vault, key }, [rowsOf('left'), rowsOf('next')]);
  const parts = areHeadsRecorded ? written : written.map((part) => ({ ...part, headSha256: null }));
  const document = {
    accountId: 'a_42',
    snapshotAt: '2026-02-28T12:00:00.000000Z',
    categories: ['notes'],
  };
  const paths = ['e_1/part-0', 'e_1/part-1', 'e_1/aside'].map((name) => join(folder, name));
  const [left, next, aside] = paths as [string, string, string];
  assert.equal((await stat(left)).size, (await stat(next)).size);
  return {
    /** Opened anew: one that is open knows the heads. */
    archive: () => openDocument({ vault, key }, document, parts),
    async swap() {
      await rename(left, aside);
      await rename(next, left);
      await rename(aside, next);
    },
  };
}
