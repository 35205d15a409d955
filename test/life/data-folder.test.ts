import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const PROCESSES = 6;
const ROUNDS = 12;

let contenders: ChildProcess[];
let folder: string;
const { pid: gone } = spawnSync(process.execPath, ['--version']);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handover-lock-'));
  contenders = Array.from({ length: PROCESSES }, () =>
    fork(new URL('./data-folder-contender.ts', import.meta.url)),
  );
  await Promise.all(contenders.map(answer));
});

after(async () => {
  for (const contender of contenders) contender.kill();
  await rm(folder, { recursive: true, force: true });
});

describe('of several processes that want one data folder at one instant, exactly one gets it', () => {
  it('when it is fresh', async () => {
    for (let round = 0; round < ROUNDS; round++) await contendFor(join(folder, `fresh-${round}`));
  });

  it('when a process that is gone left its lock behind', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await contendFor(await leftBehind(`stale-${round}`, ['lock']));
    }
  });

  it('when another one is gone that was about to take the lock over', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await contendFor(await leftBehind(`twice-${round}`, ['lock', 'lock.lock']));
    }
  });

  it('and once it has let go, the next one does', async () => {
    const path = join(folder, 'in-turn');
    await contendFor(path);
    await contendFor(path);
  });
});

/** A folder with locks of a process that is gone; the id of each is its name. */
async function leftBehind(name: string, locks: string[]): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  const processNamespace = await readlink('/proc/self/ns/pid').catch(() => null);
  const holder = { host: hostname(), processNamespace, processId: gone, startedAt: '1' };
  for (const id of locks) await writeFile(join(path, id), JSON.stringify({ id, ...holder }));
  return path;
}

async function contendFor(path: string): Promise<void> {
  const outcomes = await askAll({ folder: path, at: Date.now() + 40 });
  assert.deepEqual(
    outcomes.sort(),
    [...Array(PROCESSES - 1).fill('data_folder_locked'), 'taken'],
    `of ${path}`,
  );
  assert.deepEqual(await readdir(path), ['lock'], 'nothing is left beside the lock');
  await askAll('release');
  assert.deepEqual(await readdir(path), []);
}

function askAll(order: { folder: string; at: number } | 'release'): Promise<string[]> {
  return Promise.all(
    contenders.map((contender) => {
      contender.send(order);
      return answer(contender);
    }),
  );
}

async function answer(contender: ChildProcess): Promise<string> {
  const [said] = await once(contender, 'message');
  return said as string;
}
