import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { closeGate } from '../support/gate.ts';
import { startInstallation, waitFor } from '../support/installation.ts';
import { start } from './command.ts';

const roles = { http: false, worker: false };

describe('handover export', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    for (const [what, notes] of [
      ['while it reads', 'notes_read_slowly'],
      ['while the source counts', 'notes_counted_slowly'],
    ] as const) {
      it(`stopped by ${signal} ${what}, leaves no file behind and says that it failed`, async (t) => {
        const { product, env, dataDir } = await startInstallation(t, { state: 'postgres', roles, notes });
        const gate = await closeGate(t, product);
        const out = join(dataDir, 'out');
        await mkdir(out);
        const command = start(
          t,
          ['export', 'account', '--subject', 'acme', '--out', join(out, 'acme.json')],
          { HANDOVER_CONFIG: env.configPath },
          dataDir,
        );
        await waitFor('the source to be asked', async () => {
          assert.equal(command.child.exitCode, null, command.printed());
          return (await gate.connections('active')) > 0 ? true : null;
        });
        command.child.kill(signal);
        assert.equal(await command.exitCode, 1);
        assert.match(command.printed(), /Stopped\. Nothing was written\./);
        assert.deepEqual(await readdir(out), []);
        await waitFor('the source to be left', async () =>
          (await gate.connections('any')) === 0 ? true : null,
        );
      });
    }
  }

  it('writes the whole document of one subject', async (t) => {
    const { env, dataDir } = await startInstallation(t, { state: 'postgres', roles });
    const command = start(
      t,
      ['export', 'account', '--subject', 'acme', '--out', 'acme.json', '--json'],
      { HANDOVER_CONFIG: env.configPath },
      dataDir,
    );
    assert.equal(await command.exitCode, 0, command.printed());
    assert.match(command.printed(), /"rows":200/);
    assert.deepEqual(
      (await readdir(dataDir)).filter((name) => name.includes('acme')),
      ['acme.json'],
    );
  });
});
