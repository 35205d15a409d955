import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { KEY, SECRET } from '../http/service.ts';
import { type ChatService, startChatService } from './chat-service.ts';

let service: ChatService;
let folder: string;

before(async () => {
  service = await startChatService({ worker: true });
  folder = await mkdtemp(join(tmpdir(), 'handover-readme-'));
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
});
after(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

const readme = readFileSync('README.md', 'utf8');
const snippets = Array.from(readme.matchAll(/```js\n(.*?)```/gs), ([, code]) => code ?? '');

test('the README has a snippet for each of the two SDKs', () => {
  assert.deepEqual(
    snippets.map((code) => /from '(.+)'/.exec(code)?.[1]),
    ['stream-chat', '@stream-io/node-sdk'],
  );
});

test('the snippets of the README work as pasted', async () => {
  const printed: string[] = [];
  for (const [index, code] of snippets.entries()) {
    // Only where and who differ from what the README says of the demo.
    const here = code
      .replaceAll('http://127.0.0.1:4600', service.url)
      .replaceAll("'demo'", `'${KEY}'`)
      .replaceAll('a-secret-of-at-least-32-bytes-here', SECRET);
    assert.notEqual(here, code);
    const file = join(folder, `snippet-${index}.mjs`);
    await writeFile(file, here);
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    printed.push(stdout.trim());
  }
  assert.match(printed[0] ?? '', /^livestream:white-room [1-9]\d*$/);
  assert.match(printed[1] ?? '', /^[1-9]\d* user$/);
});
