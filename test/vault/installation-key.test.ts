import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { HandoverError } from '../../src/errors.ts';
import { readInstallationKey } from '../../src/vault/installation-key.ts';
import { temporaryFolder } from './temporary-folder.ts';

const key = Buffer.from('fbf0ff00e1d2c3b4a5968778695a4b3c2d1e0f00fbeffeff1122334455667788', 'hex');

describe('a key from the environment', () => {
  for (const [form, value] of [
    ['base64', key.toString('base64')],
    ['base64 without its padding', key.toString('base64').slice(0, -1)],
    ['base64url', key.toString('base64url')],
    ['hex', key.toString('hex')],
    ['hex in capitals', key.toString('hex').toUpperCase()],
    ['base64 with a newline, as a command prints it', `${key.toString('base64')}\n`],
  ] as const) {
    test(`is taken in ${form}, and the data folder is left alone`, async (t) => {
      const dataDir = join(await temporaryFolder(t), 'data');
      const read = await readInstallationKey({ value, dataDir });
      assert.deepEqual(Buffer.from(read.key), key);
      assert.deepEqual([read.path, read.isNew], [null, false]);
      await assert.rejects(stat(dataDir));
    });
  }

  for (const value of [
    '',
    ' ',
    'change-me',
    key.toString('base64').slice(4),
    `${key.toString('base64')}AAAA`,
    key.toString('hex').slice(2),
    `${key.toString('hex')}00`,
    'é'.repeat(43),
  ]) {
    test(`is refused when it is ${JSON.stringify(value.slice(0, 12))} of ${value.length} characters`, async (t) => {
      const dataDir = await temporaryFolder(t);
      await assert.rejects(readInstallationKey({ value, dataDir }), (error) => {
        assert(error instanceof HandoverError && error.code === 'environment_invalid');
        assert.match(error.message, /HANDOVER_KEY.*32 bytes.*openssl rand -base64 32/);
        assert(value.trim() === '' || !error.message.includes(value));
        return true;
      });
      assert.deepEqual(await readdir(dataDir), []);
    });
  }
});

describe('a key in the data folder', () => {
  test('is made on the first start, for the owner alone, and read on the next', async (t) => {
    const dataDir = join(await temporaryFolder(t), 'deep', 'data');
    const first = await readInstallationKey({ value: undefined, dataDir });
    assert.equal(first.path, join(dataDir, 'installation.key'));
    assert.equal(first.isNew, true);
    assert.equal(first.key.length, 32);
    assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
    assert.equal((await stat(first.path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(dataDir), ['installation.key']);
    assert.deepEqual(await readInstallationKey({ value: undefined, dataDir }), { ...first, isNew: false });
  });

  test('is another one in each installation', async (t) => {
    const [one, two] = [await temporaryFolder(t), await temporaryFolder(t)];
    const first = await readInstallationKey({ value: undefined, dataDir: one });
    const second = await readInstallationKey({ value: undefined, dataDir: two });
    assert.notDeepEqual(first.key, second.key);
  });

  test('is one and the same for processes that start at once, and one of them made it', async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    const script = `
      import { readInstallationKey } from ${JSON.stringify(join(import.meta.dirname, '../../src/vault/installation-key.ts'))};
      const reads = [1, 2, 3, 4].map(() => readInstallationKey({ value: undefined, dataDir: process.argv[1] }));
      for (const { key, isNew } of await Promise.all(reads)) console.log(Buffer.from(key).toString('hex'), isNew);
    `;
    const starts = Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir]);
      return text(child.stdout);
    });
    const lines = (await Promise.all(starts)).join('').trim().split('\n');
    assert.equal(lines.length, 16);
    assert.equal(new Set(lines.map((line) => line.split(' ')[0])).size, 1);
    assert.equal(lines.filter((line) => line.endsWith('true')).length, 1);
    assert.deepEqual(await readdir(dataDir), ['installation.key']);
  });

  for (const mode of [0o640, 0o604, 0o660]) {
    test(`is refused with mode ${mode.toString(8)}, since others may read it`, async (t) => {
      const dataDir = await temporaryFolder(t);
      const path = join(dataDir, 'installation.key');
      await writeFile(path, randomBytes(32).toString('base64'));
      await chmod(path, mode);
      await assert.rejects(readInstallationKey({ value: undefined, dataDir }), (error) => {
        assert(error instanceof HandoverError && error.code === 'environment_invalid');
        assert(error.message.includes(`chmod 600 ${path}`));
        return true;
      });
    });
  }

  test('is never replaced when it cannot be understood', async (t) => {
    const dataDir = await temporaryFolder(t);
    const path = join(dataDir, 'installation.key');
    await writeFile(path, '', { mode: 0o600 });
    await assert.rejects(readInstallationKey({ value: undefined, dataDir }), /Restore it from your backup/);
    assert.equal((await stat(path)).size, 0);
  });

  test('that cannot be made is refused with the way out', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, 'file'), '');
    const dataDir = join(folder, 'file', 'data');
    await assert.rejects(readInstallationKey({ value: undefined, dataDir }), (error) => {
      assert(error instanceof HandoverError && error.code === 'environment_invalid');
      assert.match(error.message, /neither read nor made.*HANDOVER_KEY/);
      return true;
    });
  });
});
