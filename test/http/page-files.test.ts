import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { call, type Service, startService } from './service.ts';

let folder: string;
let service: Service;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handover-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Data export</title>');
  await writeFile(join(folder, 'assets', 'main-a1b2c3.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'not for anybody');
  service = await startService({ pageFolder: folder });
});
after(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the page itself is always asked for anew, its files never again', async () => {
  const page = await call(service, 'GET', '/');
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.equal(page.headers.get('cache-control'), 'no-store');
  const script = await call(service, 'GET', '/assets/main-a1b2c3.js');
  assert.equal(script.status, 200);
  assert.match(script.headers.get('content-type') ?? '', /^(text|application)\/javascript/);
  assert.equal(script.headers.get('cache-control'), 'public, max-age=31536000, immutable');
});

test('nothing beside them can be reached', async () => {
  for (const path of [
    '/secret.txt',
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/',
    '/index.html',
  ]) {
    const { status, body } = await call(service, 'GET', path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(JSON.stringify(body), /not for anybody/);
  }
});

test('a program that asks for what is not there gets a problem, a person a page', async () => {
  const problem = await call(service, 'GET', '/nowhere');
  assert.equal(problem.status, 404);
  assert.equal(problem.body.code, 'not_found');
  const page = await call(service, 'GET', '/nowhere', { accept: 'text/html', 'accept-language': 'de' });
  assert.equal(page.status, 404);
  assert.match(page.body, /Hier ist nichts/);
  const api = await call(service, 'GET', '/v1/nowhere', { accept: 'text/html' });
  assert.equal(api.body.code, 'not_found');
});

test('a page that was not built says how to build it', async () => {
  const bare = await startService({ pageFolder: join(folder, 'assets') });
  try {
    const { status, body } = await call(bare, 'GET', '/');
    assert.equal(status, 503);
    assert.match(body, /npm run page/);
  } finally {
    await bare.stop();
  }
});
