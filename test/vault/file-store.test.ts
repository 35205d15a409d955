import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { HandoverError } from '../../src/errors.ts';
import { openFileStore } from '../../src/vault/file-store.ts';
import { collect, inChunks, patternBytes } from './bytes.ts';
import { countOpenFiles } from './open-files.ts';
import { hasCode, names, storeContract } from './store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

storeContract('a folder', async (t) => openFileStore({ folder: join(await temporaryFolder(t), 'store') }));

describe('a store in a folder', () => {
  test('lets nobody else on the machine read it', async (t) => {
    const folder = join(await temporaryFolder(t), 'data', 'store');
    await openFileStore({ folder }).write('e_1/part-1', inChunks(patternBytes(10)));
    for (const [path, mode] of [
      ['', 0o700],
      ['e_1', 0o700],
      ['e_1/part-1', 0o600],
    ] as const) {
      assert.equal((await stat(join(folder, path))).mode & 0o777, mode, path);
    }
  });

  test('leaves no file behind when a write fails', async (t) => {
    const folder = await temporaryFolder(t);
    async function* failing() {
      yield patternBytes(3_000_000);
      throw new Error('the source went away');
    }
    await assert.rejects(openFileStore({ folder }).write('e_1/part-1', failing()));
    assert.deepEqual(await readdir(join(folder, 'e_1')), []);
  });

  test('lists nothing of a write whose process was killed, and removes what it left', async (t) => {
    const folder = await temporaryFolder(t);
    const child = spawn(process.execPath, [join(import.meta.dirname, 'write-without-end.ts'), folder]);
    t.after(() => child.kill('SIGKILL'));
    let written = 0;
    for await (const dots of child.stdout) {
      written += dots.length;
      if (written >= 3) break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');

    const store = openFileStore({ folder });
    const left = await readdir(join(folder, 'e_1'));
    assert.equal(left.length, 1);
    assert.match(left[0] ?? '', /^part-1~/);
    assert.deepEqual(await names(store), []);
    assert.equal(await store.size('e_1/part-1'), null);

    await store.write('e_1/part-1', inChunks(patternBytes(10)));
    await store.remove('e_1/part-1');
    assert.deepEqual(await readdir(join(folder, 'e_1')), []);
  });

  test('finishes a removal that was cut off by a kill', async (t) => {
    const folder = await temporaryFolder(t);
    const store = openFileStore({ folder });
    // As a removal leaves it between renaming the folder and emptying it.
    await mkdir(join(folder, 'e_1~0123456789ab'));
    await writeFile(join(folder, 'e_1~0123456789ab', 'part-1'), 'x');
    assert.deepEqual(await names(store), []);
    await store.remove('e_1');
    assert.deepEqual(await readdir(folder), []);
  });

  for (const [chunks, what] of [
    [Number.POSITIVE_INFINITY, 'in the middle of a write'],
    [15, 'at its last bytes'],
  ] as const) {
    test(`says that it is full ${what}, with the cause, and keeps nothing of it`, async (t) => {
      if (process.platform === 'win32') return t.skip('a shell sets the limit that stands for a full disk');
      const folder = await temporaryFolder(t);
      const script = `
        import { openFileStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/vault/file-store.ts'))};
        const bytes = (async function* () {
          try { for (let i = 0; i < ${chunks}; i++) yield Buffer.alloc(100_000); } finally { console.log('source closed'); }
        })();
        const error = await openFileStore({ folder: process.argv[1] }).write('e_1/part-1', bytes).catch((e) => e);
        console.log(error.code, error.cause?.code);
      `;
      // No file may grow above 1.25 MiB: what a full disk is to a write, without one to fill.
      const run = spawnSync(
        'sh',
        [
          '-c',
          'ulimit -f 2560; exec "$0" --input-type=module -e "$1" "$2"',
          process.execPath,
          script,
          folder,
        ],
        { encoding: 'utf8' },
      );
      assert.equal(run.stdout, 'source closed\nstore_unavailable EFBIG\n', run.stderr);
      assert.deepEqual(await readdir(join(folder, 'e_1')), []);
    });
  }

  test('says that it is away when its place is no folder', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, 'file'), '');
    const store = openFileStore({ folder: join(folder, 'file') });
    await assert.rejects(store.write('part', inChunks(Buffer.of(1))), (error) => {
      assert(error instanceof HandoverError && error.code === 'store_unavailable');
      assert(error.cause instanceof Error);
      return true;
    });
    assert.deepEqual(await names(store), []);
  });

  test('says that it is away when it may not be written or read', async (t) => {
    if (process.platform === 'win32') return t.skip('there are no such rights to take away');
    const folder = await temporaryFolder(t);
    const store = openFileStore({ folder });
    await store.write('e_1/part-1', inChunks(Buffer.of(1)));
    await withoutRights(folder, async () => {
      await assert.rejects(store.write('e_1/part-2', inChunks(Buffer.of(1))), hasCode('store_unavailable'));
      await assert.rejects(collect(store.read('e_1/part-1')), hasCode('store_unavailable'));
      await assert.rejects(store.size('e_1/part-1'), hasCode('store_unavailable'));
      assert.throws(() => store.sizeNow?.('e_1/part-1'), hasCode('store_unavailable'));
      await assert.rejects(names(store), hasCode('store_unavailable'));
      await assert.rejects(store.remove('e_1'), hasCode('store_unavailable'));
    });
    assert.deepEqual(await names(store), ['e_1/part-1']);
  });

  test('keeps at most two pages of a write in memory', async (t) => {
    const folder = await temporaryFolder(t);
    const chunk = patternBytes(64 * 1024);
    let asked = 0;
    let mostOutstanding = 0;
    async function* watched() {
      for (let index = 0; index < 3200; index++) {
        const [unfinished = ''] = await readdir(join(folder, 'e_1'));
        const { size } = await stat(join(folder, 'e_1', unfinished));
        mostOutstanding = Math.max(mostOutstanding, asked - size);
        asked += chunk.length;
        yield chunk;
      }
    }
    await openFileStore({ folder }).write('e_1/part-1', watched());
    assert.equal(asked, 200 * 1024 * 1024);
    assert(mostOutstanding <= 1024 * 1024, `${mostOutstanding} bytes were asked for and not yet in the file`);
  });

  test('closes the file when a reader stops early', async (t) => {
    if (process.platform !== 'linux') return t.skip('open files are counted in /proc');
    const folder = await temporaryFolder(t);
    const store = openFileStore({ folder });
    await store.write('part', inChunks(patternBytes(2_000_000)));
    for await (const _chunk of store.read('part')) {
      assert.equal(await countOpenFiles(folder), 1);
      break;
    }
    assert.equal(await countOpenFiles(folder), 0);
  });
});

/** Root may do everything, so it becomes somebody else for a while. */
async function withoutRights(folder: string, work: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  await chmod(folder, 0o000);
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(folder, 0o700);
  }
}
