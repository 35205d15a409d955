import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readEnvironment } from '../../src/env.ts';
import { HandoverError } from '../../src/errors.ts';
import { openState } from '../../src/start.ts';
import { freePort } from '../support/free-port.ts';
import { startInstallation } from '../support/installation.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { start } from './command.ts';

/** A refusal of the environment, in these words. */
function refusal(words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof HandoverError, String(error));
    assert.equal(error.code, 'environment_invalid');
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /secretpw/);
    return true;
  };
}

test('proxies that are no addresses are refused, and every form of an address is taken', () => {
  for (const TRUST_PROXY of ['true', '1', 'proxy.internal', '10.0.0.0/33', '10.0.0.1,', '10.0.0.0/8/8']) {
    assert.throws(
      () => readEnvironment({ TRUST_PROXY }),
      refusal(/TRUST_PROXY: expected the addresses/),
      TRUST_PROXY,
    );
  }
  for (const TRUST_PROXY of ['127.0.0.1', '10.0.0.0/8, ::1', 'fd00::/8', 'loopback,uniquelocal']) {
    assert.equal(readEnvironment({ TRUST_PROXY }).trustProxy, TRUST_PROXY);
  }
});

test('a state database that is away or refuses the login is told by the variable that names it', async () => {
  const port = await freePort();
  const away = refusal(/^DATABASE_URL: .*ECONNREFUSED.* Is it running there/);
  for (const host of ['127.0.0.1', 'localhost']) {
    const DATABASE_URL = `postgres://handover:secretpw@${host}:${port}/state`;
    await assert.rejects(openState(readEnvironment({ DATABASE_URL })), away);
  }
  const { url } = await sharedPostgres();
  const DATABASE_URL = Object.assign(new URL(url), { pathname: '/no_such_database' }).href;
  const refused = refusal(/^DATABASE_URL: .*no_such_database.* Check user, password and database/);
  await assert.rejects(openState(readEnvironment({ DATABASE_URL })), refused);
});

test('a port that is taken and an address of another machine are told by their variables', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const PORT = String(typeof address === 'object' ? address?.port : '');
  const http = { http: true, worker: false };
  await assert.rejects(
    startInstallation(t, { state: 'postgres', roles: http, env: { PORT } }),
    refusal(new RegExp(`^PORT: 127\\.0\\.0\\.1:${PORT} is taken by another process\\.`)),
  );
  await assert.rejects(
    startInstallation(t, { state: 'postgres', roles: http, env: { PORT: '0', HOST: '192.0.2.1' } }),
    refusal(/^HOST: this machine has no address 192\.0\.2\.1\./),
  );
});

test('a data folder that cannot be made is told by its variable', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), '');
  const HANDOVER_DATA_DIR = join(folder, 'file', 'data');
  await assert.rejects(
    openState(readEnvironment({ HANDOVER_DATA_DIR })),
    refusal(/^HANDOVER_DATA_DIR: .*ENOTDIR/),
  );
});

test('a path that can hold no file is refused before anything is read or written', async (t) => {
  const folder = await temporaryFolder(t);
  const config = {
    product: { name: 'Testware' },
    // Nobody answers there: whoever asked the source would say so.
    sources: { main: { type: 'postgres', url: `postgres://127.0.0.1:${await freePort()}/none` } },
    exports: {
      account: {
        subject: { table: 'accounts', column: 'id' },
        categories: { account: { from: 'accounts', belongsTo: 'id', include: ['id'] } },
      },
    },
  };
  await writeFile(join(folder, 'handover.config.json'), JSON.stringify(config));
  await mkdir(join(folder, 'out'));
  const env = { HANDOVER_CONFIG: join(folder, 'handover.config.json') };
  for (const [out, words] of [
    ['out', /--out: out is a folder\. Name a file, e\.g\. --out out\/export\.json/],
    ['missing/a.json', /--out: there is no folder .*missing\./],
  ] as const) {
    const command = start(t, ['export', 'account', '--subject', 'acme', '--out', out], env, folder);
    assert.equal(await command.exitCode, 1);
    assert.match(command.printed(), words);
  }
  assert.deepEqual((await readdir(folder)).sort(), ['handover.config.json', 'out']);
});

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
