import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type InstallationOptions, startInstallation } from '../support/installation.ts';
import { start } from './command.ts';

const roles = { http: false, worker: false };
const asked = [
  'export',
  'account',
  '--subject',
  'acme',
  '--out',
  'acme.json',
  '--manifest',
  'acme.manifest.json',
];

/** Runs commands in the data folder of an installation, which has a key. */
async function commands(t: TestContext, options: InstallationOptions = {}) {
  const { env, dataDir, product } = await startInstallation(t, { state: 'postgres', roles, ...options });
  const run = async (args: string[], more: Record<string, string> = {}) => {
    const at = { HANDOVER_CONFIG: env.configPath, HANDOVER_DATA_DIR: dataDir, ...more };
    const command = start(t, args, at, dataDir);
    return { exitCode: await command.exitCode, printed: command.printed() };
  };
  return { run, product, at: (name: string) => join(dataDir, name) };
}

describe('handover verify', () => {
  it('proves a file that was written with its manifest, and says what is wrong with one that was changed', async (t) => {
    const { run, at } = await commands(t);
    const written = await run(asked);
    assert.equal(written.exitCode, 0, written.printed);
    assert.match(written.printed, /^manifest .*acme\.manifest\.json$/m);

    const keys = await run(['keys', 'signing']);
    assert.equal(keys.exitCode, 0, keys.printed);
    await writeFile(at('keys.json'), keys.printed);
    const verify = ['verify', 'acme.json', '--manifest', 'acme.manifest.json'];
    const trusted = await run([...verify, '--key', 'keys.json']);
    assert.equal(trusted.exitCode, 0, trusted.printed);
    assert.match(trusted.printed, /^signature by the key that was given/m);
    const alone = await run(verify);
    assert.equal(alone.exitCode, 0);
    assert.match(alone.printed, /Whose key that is, is not checked: give --key/);
    const another = await run([...verify, '--key', Buffer.alloc(32, 1).toString('base64')]);
    assert.deepEqual([another.exitCode, /signed by another key/.test(another.printed)], [1, true]);

    const unheard = await run([...verify, '--key', 'http://127.0.0.1:1/keys.json']);
    assert.equal(unheard.exitCode, 1);
    assert.match(unheard.printed, /--key: http:\/\/127\.0\.0\.1:1\/keys\.json does not answer: .+\.\s*$/);

    const file = await readFile(at('acme.json'), 'utf8');
    await writeFile(at('acme.json'), file.replace('"note 1 ', '"note 2 '));
    const changed = await run([...verify, '--json']);
    assert.equal(changed.exitCode, 1);
    const { ok, finding, signature } = JSON.parse(changed.printed);
    assert.deepEqual([ok, finding.what, finding.category, signature], [false, 'content', 'notes', 'unknown']);
    assert.match(
      (await run(verify)).printed,
      /^wrong +"notes", from byte \d+, has the right number of rows/m,
    );
  });

  it('says of a manifest that nobody signed that nobody did', async (t) => {
    const { run, at } = await commands(t);
    const written = await run(asked, { HANDOVER_DATA_DIR: at('elsewhere') });
    assert.equal(written.exitCode, 0, written.printed);
    assert.match(written.printed, /not signed: there is no installation key here/);
    const proved = await run(['verify', 'acme.json', '--manifest', 'acme.manifest.json']);
    assert.equal(proved.exitCode, 0, proved.printed);
    assert.match(proved.printed, /^signature none\. Who made the manifest is not known$/m);
  });
});

describe('handover export', () => {
  it('refuses a manifest in the place of the file, before anything is read', async (t) => {
    const { run } = await commands(t);
    const { exitCode, printed } = await run([...asked.slice(0, -1), './acme.json']);
    assert.equal(exitCode, 1);
    assert.match(printed, /--manifest: acme\.json is where the file itself goes\. Name another/);
  });

  it('says loudly that a file has gaps, and is done all the same', async (t) => {
    const { run, product, at } = await commands(t, { notes: 'uneven_notes' });
    await product.query(
      `create view uneven_notes as select * from notes where current_query() !~* '^copy' or id % 2 = 0`,
    );
    const { exitCode, printed } = await run(asked);
    assert.equal(exitCode, 0, printed);
    assert.match(
      printed,
      /completed with gaps {2}the counts do not balance:\n {2}notes: 200 in scope, 100 in the file: 100 missing\n/,
    );
    const { complete, gaps } = JSON.parse(await readFile(at('acme.manifest.json'), 'utf8'));
    assert.deepEqual([complete, gaps[0].rowsFailed], [false, 100]);
  });
});
