import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { demoEnvironment } from '../../src/cli/demo/environment.ts';
import { lockDataFolder } from '../../src/data-folder.ts';
import { readEnvironment } from '../../src/env.ts';
import { waitFor } from '../support/installation.ts';
import { start } from './command.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handover-demo-'));
});
after(() => rm(folder, { recursive: true, force: true }));

describe('handover demo', () => {
  it('reaches for nothing of the real installation that the environment names', () => {
    const real = readEnvironment({
      PUBLIC_URL: 'https://export.example.com',
      DATABASE_URL: 'postgres://real.example.com/state',
      STORE_URL: 's3://real-archives/exports',
      SMTP_URL: 'smtp://real.example.com',
      HANDOVER_KEY: 'real',
    });
    const { publicUrl, databaseUrl, storeUrl, smtpUrl, installationKey } = demoEnvironment(real);
    const named = { publicUrl, databaseUrl, storeUrl, smtpUrl, installationKey };
    assert.deepEqual(new Set(Object.values(named)), new Set([null]), JSON.stringify(named));
  });

  it('keeps its hands off what another installation has in the folder, fresh or not, also at the second try', async (t) => {
    const dataDir = join(folder, 'real');
    const kept = await fill(dataDir);
    for (const args of [['--fresh'], ['--fresh'], []]) {
      const { exitCode, printed } = start(t, ['demo', ...args], { HANDOVER_DATA_DIR: dataDir }, folder);
      assert.equal(await exitCode, 1, printed());
      assert.match(printed(), /No demo made what lies in/);
      for (const path of kept) assert.equal(await readFile(path, 'utf8'), 'precious');
    }
  });

  it('empties no folder that another process uses', async (t) => {
    const dataDir = join(folder, 'used');
    const kept = await fill(dataDir);
    await mark(dataDir);
    const release = await lockDataFolder(dataDir);
    try {
      const { exitCode, printed } = start(t, ['demo', '--fresh'], { HANDOVER_DATA_DIR: dataDir }, folder);
      assert.equal(await exitCode, 1, printed());
      assert.match(printed(), /Another Handover process is using/);
      for (const path of kept) assert.equal(await readFile(path, 'utf8'), 'precious');
    } finally {
      await release();
    }
  });

  it('starts in empty folders when asked to, and leaves alone what is not its own', async (t) => {
    const dataDir = join(folder, 'earlier');
    const [state = '', key = '', other = ''] = await fill(dataDir);
    await mark(dataDir);
    const { child, exitCode } = start(
      t,
      ['demo', '--fresh'],
      { HANDOVER_DATA_DIR: dataDir, PORT: '0' },
      folder,
    );
    await waitFor('the key to go', () =>
      access(key).then(
        () => null,
        () => true as const,
      ),
    );
    child.kill('SIGKILL');
    await exitCode;
    await assert.rejects(access(state));
    assert.equal(await readFile(other, 'utf8'), 'precious');
  });
});

/** A data folder as a demo or a real installation has one, and something beside that no installation makes. */
async function fill(dataDir: string): Promise<string[]> {
  await mkdir(join(dataDir, 'state'), { recursive: true });
  const paths = [
    join(dataDir, 'state', 'data'),
    join(dataDir, 'installation.key'),
    join(dataDir, 'notes.txt'),
  ];
  for (const path of paths) await writeFile(path, 'precious');
  return paths;
}

/** As an earlier demo left it. */
async function mark(dataDir: string): Promise<void> {
  await mkdir(`${dataDir}-product`, { recursive: true });
  await writeFile(join(`${dataDir}-product`, 'made-by-handover-demo'), '');
}
