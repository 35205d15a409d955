import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { layOutJsonDocument } from '../../src/archive/json-document.ts';
import type { JsonDocument } from '../../src/archive/json-frame.ts';
import { BLOCKS_AHEAD } from '../../src/archive/open-archive.ts';
import { openOpener } from '../../src/opener/opener.ts';
import { anExport, printDocument, type Rows, writeParts } from '../archive/archive-folder.ts';
import { waitFor } from '../support/installation.ts';
import { collect } from '../vault/bytes.ts';
import { countOpenFiles } from '../vault/open-files.ts';
import { hasCode } from '../vault/store-contract.ts';

const head: JsonDocument = {
  accountId: 'a_42',
  snapshotAt: '2026-02-28T12:00:00.000000Z',
  categories: ['account', 'contacts'],
};
/** More than 8 MB, in three parts. */
const rows: Rows[][] = [
  [{ category: 'account', rows: [{ id: 'a_42' }] }],
  [{ category: 'contacts', rows: numbered(4000, 'left') }],
  [{ category: 'contacts', rows: numbered(4000, 'right') }],
];
const printed = printDocument(head, rows);

describe('an archive that is opened for download', () => {
  test('comes through a thread byte for byte, whole and any long range of it', async (t) => {
    const { archive, threads } = await anArchive(t);
    assert.deepEqual(await collect(archive.read()), printed);
    for (const [start, length] of [
      [1, 2_000_000],
      [65_535, 3_000_001],
      [printed.length - 1_500_000, 1_500_000],
    ] as const) {
      const range = { start, end: start + length };
      assert.deepEqual(await collect(archive.read(range)), printed.subarray(range.start, range.end));
    }
    assert.equal(threads.length, 1);
  });

  test('is opened where it is asked for when the range is short', async (t) => {
    const { archive, threads } = await anArchive(t);
    const range = { start: 4_000_000, end: 4_100_000 };
    assert.deepEqual(await collect(archive.read(range)), printed.subarray(range.start, range.end));
    assert.equal(threads.length, 0);
  });

  test('serves several readers at once from one thread', async (t) => {
    const { archive } = await anArchive(t);
    const copies = await Promise.all(Array.from({ length: 5 }, () => collect(archive.read())));
    for (const copy of copies) assert.deepEqual(copy, printed);
  });

  test('is opened by several threads at once, and comes in order', async (t) => {
    const { archive, threads } = await anArchive(t, 2);
    assert.deepEqual(await collect(archive.read()), printed);
    assert.equal(threads.length, 2);
  });

  test('begins before a thread has started', async (t) => {
    const { archive, threads } = await anArchive(t);
    const reading = archive.read();
    const first = await reading.next();
    assert.deepEqual(Buffer.from(first.value ?? []), printed.subarray(0, first.value?.length));
    assert.equal(threads.length, 0);
    await reading.return(undefined);
  });

  test('is not read further ahead of a slow reader than some blocks', async (t) => {
    const { archive, answers } = await anArchive(t);
    const reading = archive.read();
    // The first is opened here; from then on each that is taken lets one more be ahead.
    for (let taken = 0; taken < BLOCKS_AHEAD; taken++) await reading.next();
    await sleep(1000);
    assert.equal(1 + answers() - BLOCKS_AHEAD, BLOCKS_AHEAD - 1);
    await reading.return(undefined);
  });

  test('is read less far ahead of each of a crowd of slow readers', async (t) => {
    const { archive, answers } = await anArchive(t);
    const crowd = Array.from({ length: 40 }, () => archive.read());
    await Promise.all(crowd.map((reading) => reading.next()));
    for (let turn = 0; turn < 3; turn++) await Promise.all(crowd.map((reading) => reading.next()));
    await sleep(500);
    const ahead = answers() - 3 * crowd.length;
    assert.ok(ahead <= 64, `${ahead} blocks are ahead of ${crowd.length} readers`);
    await Promise.all(crowd.map((reading) => reading.return(undefined)));
  });

  test('is let go of when the reader stops early', async (t) => {
    const { archive, folder } = await anArchive(t);
    const reading = archive.read();
    await reading.next();
    await reading.return(undefined);
    await waitFor('no open file', async () => ((await countOpenFiles(folder)) === 0 ? true : null));
  });

  test('breaks off as damaged where a part is', async (t) => {
    const { archive, folder } = await anArchive(t);
    await truncate(join(folder, 'e_1', 'part-2'), 1_000_000);
    await assert.rejects(collect(archive.read()), hasCode('archive_damaged'));
  });

  test('breaks off when its thread dies, and is opened by a new one afterwards', async (t) => {
    const { archive, threads } = await anArchive(t);
    const reading = archive.read();
    await reading.next();
    const broken = assert.rejects(reading.next(), /thread ended/);
    const thread = await waitFor('a thread', async () => threads[0] ?? null);
    await thread.terminate();
    await broken;
    assert.deepEqual(await collect(archive.read()), printed);
    assert.equal(threads.length, 2);
  });

  test('is opened by a new thread at once, though the one that failed has not ended yet', async (t) => {
    const { archive, threads } = await anArchive(t);
    const reading = archive.read();
    await reading.next();
    const broken = assert.rejects(reading.next());
    await waitFor('a thread', async () => threads[0] ?? null);
    const next = new Promise<Buffer>((resolve, reject) => {
      threads[0]?.once('error', () => collect(archive.read()).then(resolve, reject));
    });
    threads[0]?.postMessage(null);
    assert.deepEqual(await next, printed);
    await broken;
  });
});

describe('the parts of a long archive', () => {
  const many: Rows[][] = Array.from({ length: 20 }, (_, n) => [
    { category: 'contacts', rows: numbered(150, `part ${n}`) },
  ]);

  test('are looked at in a thread, once one has started', async (t) => {
    const { archive, answers, threads } = await anArchive(t, 1, many);
    await archive.check();
    assert.equal(threads.length, 0);
    await collect(archive.read());
    const before = answers();
    await archive.check();
    assert.equal(answers(), before + 1);
    // Few are looked at faster here.
    await archive.check({ start: 0, end: 100_000 });
    assert.equal(answers(), before + 1);
  });

  for (const place of ['here', 'in a thread']) {
    test(`are missed ${place} where one is gone or was cut`, async (t) => {
      const { archive, folder } = await anArchive(t, 1, many);
      if (place === 'in a thread') await collect(archive.read());
      await archive.check();
      await truncate(join(folder, 'e_1', 'part-18'), 10_000);
      await assert.rejects(archive.check(), /part-18 has not the size/);
      await rm(join(folder, 'e_1', 'part-17'));
      await assert.rejects(archive.check(), /part-17 is not in the store/);
    });
  }
});

test('an opener that was closed opens nothing long any more', async (t) => {
  const { archive, opener, threads } = await anArchive(t);
  await opener.close();
  await assert.rejects(collect(archive.read()), /closed/);
  assert.equal(threads.length, 0);
});

/** `threads` are those that were started so far, `answers` how many blocks and lists of sizes came from them. */
async function anArchive(t: TestContext, mostThreads = 1, parts = rows) {
  const { vault, key, folder } = await anExport(t);
  const stored = await writeParts({ vault, key }, parts, 100);
  const threads: Worker[] = [];
  let answers = 0;
  const started = (message: unknown) => {
    const { worker } = message as { worker: Worker };
    threads.push(worker);
    worker.on('message', () => answers++);
  };
  subscribe('worker_threads', started);
  const opener = openOpener({ store: { type: 'folder', folder } }, mostThreads);
  t.after(async () => {
    unsubscribe('worker_threads', started);
    await opener.close();
  });
  const layout = layOutJsonDocument(head, stored);
  const archive = opener.open({ store: vault.store, identity: key.identity }, layout);
  return { archive, opener, threads, folder, answers: () => answers };
}

function numbered(count: number, side: string): object[] {
  return Array.from({ length: count }, (_, n) => ({ n, side, text: `${side} ${n} `.repeat(70) }));
}
