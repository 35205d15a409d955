import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { freePort } from '../support/free-port.ts';

/** Answers on standard output, everything else on standard error. */
type Demo = ChildProcessByStdio<null, Readable, Readable>;

let folder: string;
const running = new Set<Demo>();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handover-demo-'));
});
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('the demo prints links that work, and stays up until it is stopped', async () => {
  const demo = await startDemo();
  const printed = await readUntil(demo, /^API secret/);
  const printedAs = (name: string) => new RegExp(`^${name} +(\\S+)$`, 'm').exec(printed)?.[1] ?? '';

  const portal = await fetch(printedAs('Data Export page'), { redirect: 'manual' });
  assert.equal(portal.status, 303);
  const [cookie = ''] = portal.headers.get('set-cookie')?.split(';') ?? [];
  const page = await fetch(new URL('/v1/portal', printedAs('Data Export page')), { headers: { cookie } });
  const { product, account } = (await page.json()) as { product: object; account: { id: string } };
  assert.deepEqual(product, { name: 'Hallomoor', logo: true, support: 'help@hallomoor.example' });

  const shop = await (await fetch(printedAs('The product'))).text();
  const settings = shop.match(/\/settings\/[\w-]+\/data-export/g) ?? [];
  assert.equal(new Set(settings).size, 12);
  const opened = await fetch(new URL(settings[0] ?? '', printedAs('The product')));
  assert.equal(opened.url, new URL('/', printedAs('Mailbox')).href, 'signed in and on the page');

  for (const name of ['Mailbox', 'API']) assert.equal((await fetch(printedAs(name))).status, 200, name);
  const answer = await fetch(new URL(`/v1/exports?accountId=${account.id}`, printedAs('API')), {
    headers: { authorization: `Basic ${btoa(`${printedAs('API key')}:${printedAs('API secret')}`)}` },
  });
  assert.equal(answer.status, 200);

  assert.equal(demo.exitCode, null, 'still up');
  demo.kill('SIGTERM');
  assert.deepEqual(await once(demo, 'exit'), [0, null]);
});

test('the demo walks one export by itself, on what an earlier demo left behind', async () => {
  const demo = await startDemo('--once', '--out', join(folder, 'out'));
  const [printed, told, [code]] = await Promise.all([
    text(demo.stdout),
    text(demo.stderr),
    once(demo, 'exit'),
  ]);
  assert.equal(code, 0, told);
  assert.match(printed, /^calls +25,803 +25,803 /m);
  const [name = ''] = await readdir(join(folder, 'out'));
  const archive = JSON.parse(await readFile(join(folder, 'out', name), 'utf8'));
  assert.equal(archive.exportVersion, '1.0');
  assert.equal(archive.data.calls.length, 25_803);
});

async function startDemo(...args: string[]): Promise<Demo> {
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, 'demo', ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: folder,
      PORT: String(await freePort()),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  return child;
}

/** What it printed up to a line, that line included. Throws when it ends before. */
async function readUntil({ stdout, stderr }: Demo, last: RegExp): Promise<string> {
  const told = text(stderr);
  let printed = '';
  for await (const line of createInterface({ input: stdout })) {
    printed += `${line}\n`;
    if (last.test(line)) return printed;
  }
  throw new Error(`The demo ended early:\n${printed}${await told}`);
}
