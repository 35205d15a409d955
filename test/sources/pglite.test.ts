import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { openPgliteSource } from '../../src/sources/pglite/source.ts';
import { copyEmptyPglite } from '../support/pglite.ts';
import { inSnapshot, readRows, readText, refusal, selectionOf } from './reading.ts';

describe('a PGlite folder as a source', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'handover-test-pglite-'));
    await copyEmptyPglite(join(folder, 'data'));
    const pglite = await PGlite.create(join(folder, 'data'));
    await pglite.exec(`
      create table calls (id int primary key, account_id int, body text);
      insert into calls select i, 1, repeat(md5(i::text), 10) from generate_series(1, 30000) i`);
    await pglite.close();
  });
  after(() => rm(folder, { recursive: true }));

  const calls = selectionOf('calls', ['id', 'body']);

  test('is opened, read a few thousand rows at a time, and closed', async () => {
    for (let i = 0; i < 2; i++) {
      const source = await openPgliteSource({ folder: join(folder, 'data') });
      const { rows, text } = await inSnapshot(source, (reader) => readText(reader, calls));
      assert.equal(rows, 30_000);
      const ids = text.split('\n').map((line) => JSON.parse(line).id);
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => a - b),
      );
      await source.close();
    }
  });

  test('is refused when there is no database in it, and nothing is made there', async () => {
    for (const path of [folder, join(folder, 'no such folder')]) {
      await refusal(openPgliteSource({ folder: path }), 'source_refused');
    }
    await refusal(openPgliteSource({ folder: join(folder, 'no such folder') }), 'source_refused');
  });

  test('shows one instant to all who read it at the same time, and another to those who come later', async () => {
    const pglite = await PGlite.create(join(folder, 'data'));
    const source = await openPgliteSource({ pglite });
    const first = await source.openSnapshot();
    const second = await source.openSnapshot();
    assert.deepEqual([second.id, second.takenAt], [first.id, first.takenAt]);

    let isWritten = false;
    const writing = pglite.query('insert into calls values (0, 2, null)').then(() => {
      isWritten = true;
    });
    await first.close();
    const reader = await source.joinSnapshot(second.id);
    assert.deepEqual(await readRows(reader, calls, '2'), []);
    await second.close();
    assert.deepEqual(await readRows(reader, calls, '2'), []);
    assert.equal(isWritten, false);
    await reader.close();
    await writing;

    const third = await source.openSnapshot();
    assert.notEqual(third.id, first.id);
    assert.deepEqual(await readRows(third, calls, '2'), [{ id: 0, body: null }]);
    await third.close();
    await source.close();
    await pglite.close();
  });
});
