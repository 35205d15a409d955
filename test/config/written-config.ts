import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { HandoverError } from '../../src/errors.ts';

/** Where the configs of one test file are written; removed after its tests. */
export const folder = await mkdtemp(join(tmpdir(), 'handover-config-'));
after(() => rm(folder, { recursive: true, force: true }));

/** The least that a config can say. */
export const small = {
  product: { name: 'Hallomoor' },
  sources: { main: { type: 'pglite', folder: './database' } },
  exports: {
    account: {
      subject: { table: 'account', column: 'id' },
      categories: { calls: { from: 'calls', belongsTo: 'account_id', include: ['id', 'started_at'] } },
    },
  },
};

/** The small config with its one category changed. */
export function withCategory(change: object) {
  const { account } = small.exports;
  const calls = { ...account.categories.calls, ...change };
  return { ...small, exports: { account: { ...account, categories: { calls } } } };
}

let written = 0;
/** Loads a config that is written down as JSON. */
export async function loadJson(config: unknown) {
  return loadConfig(await writeConfig(`config-${++written}.json`, JSON.stringify(config)));
}

/** Writes a file beside the others; its path. */
export async function writeConfig(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

/** The words with which a config is refused. */
export async function refuse(config: unknown): Promise<string> {
  return (await refusal(loadJson(config))).message;
}

/** The refusal of a config; fails if it is taken. */
export async function refusal(loading: Promise<unknown>): Promise<HandoverError> {
  const error = await loading.then(
    () => assert.fail('the config was taken'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof HandoverError, String(error));
  assert.equal(error.code, 'config_invalid');
  return error;
}

/** The one line of a refusal that is about this path. */
export function lineOf(message: string, path: string): string {
  const lines = message.split('\n').filter((line) => line.startsWith(`  ${path}: `));
  assert.equal(lines.length, 1, message);
  return lines[0] ?? '';
}
