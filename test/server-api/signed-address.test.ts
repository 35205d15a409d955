import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, test } from 'node:test';
import { findEvents } from '../../src/lifecycle/export-events-table.ts';
import { DAY_MS, HOUR_MS } from '../http/service.ts';
import { ask, type ChatService, download, finish, startChatService } from './chat-service.ts';

let service: ChatService;
let id: string;
let url: URL;
before(async () => {
  service = await startChatService({ worker: true });
  const task = await finish(service, '/export_channels', { channels: [{ cid: 'livestream:blue-room' }] });
  id = task.task_id;
  url = new URL(task.result.url);
});
after(() => service.stop());

async function freshUrl(task = id): Promise<string> {
  return (await ask(service, 'GET', `/tasks/${task}`)).body.result.url;
}

test('the address of a file opens with a plain GET and nothing else', async () => {
  const { status, headers, text } = await new Promise<{
    status?: number;
    headers: Record<string, unknown>;
    text: string;
  }>((resolve, reject) => {
    get(url, async (answer) => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      resolve({ status: answer.statusCode, headers: answer.headers, text });
    }).on('error', reject);
  });
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.match(String(headers['content-disposition']), /^attachment; filename="channels\.json"/);
  assert.equal(headers['content-length'], String(Buffer.byteLength(text)));
  assert.equal(JSON.parse(text)[0].channel.cid, 'livestream:blue-room');
});

test('it says where the file is: below the public address, under its kind and id', () => {
  assert.equal(url.origin, new URL(service.parts.publicUrl).origin);
  assert.equal(url.pathname, `/exports/channels/${id}/channels.json`);
});

test('a HEAD says the size; a Range brings a piece; a broken download goes on', async () => {
  const whole = await download(url.href);
  const head = await fetch(url, { method: 'HEAD' });
  assert.equal(head.headers.get('content-length'), String(Buffer.byteLength(whole)));
  const etag = head.headers.get('etag') ?? '';
  const piece = await fetch(url, { headers: { range: 'bytes=100-199', 'if-range': etag } });
  assert.equal(piece.status, 206);
  assert.equal(await piece.text(), Buffer.from(whole).subarray(100, 200).toString());
  const rest = await fetch(url, { headers: { range: 'bytes=1000-' } });
  assert.equal(
    rest.headers.get('content-range'),
    `bytes 1000-${Buffer.byteLength(whole) - 1}/${Buffer.byteLength(whole)}`,
  );
  assert.equal((await fetch(url, { headers: { 'if-none-match': etag } })).status, 304);
  assert.equal((await fetch(url, { headers: { range: 'bytes=999999999-' } })).status, 416);
});

test('each look at the task brings a new address, good for a day; the path stays', async () => {
  const { body: first } = await ask(service, 'GET', `/tasks/${id}`);
  service.advance(2000);
  const { body: second } = await ask(service, 'GET', `/export_channels/${id}`);
  assert.notEqual(first.result.url, second.result.url);
  assert.equal(first.result.path, second.result.path);
  assert.ok(second.result.url.includes(`/${second.result.path}?`));
  const expires = Number(new URL(second.result.url).searchParams.get('expires')) * 1000;
  const life = expires - service.parts.now().getTime();
  assert.ok(life > DAY_MS - 60_000 && life <= DAY_MS);
});

test('an address that was changed anywhere opens nothing', async () => {
  const { body: users } = await ask(service, 'POST', '/export/users', { body: { user_ids: ['bob'] } });
  const change = (edit: (changed: URL) => void) => {
    const changed = new URL(url);
    edit(changed);
    return changed;
  };
  const later = String(Number(url.searchParams.get('expires')) + 3600);
  const signature = url.searchParams.get('signature') ?? '';
  const changed = [
    change((it) => it.searchParams.set('expires', later)),
    change((it) =>
      it.searchParams.set('signature', `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`),
    ),
    change((it) => it.searchParams.set('signature', signature.slice(1))),
    change((it) => it.searchParams.set('signature', 'ä')),
    change((it) => it.searchParams.delete('signature')),
    change((it) => it.searchParams.delete('expires')),
    change((it) => it.searchParams.append('expires', later)),
    change((it) => {
      it.pathname = it.pathname.replace(id, users.task_id);
    }),
    change((it) => {
      it.pathname = it.pathname.replace('/channels/', '/users/');
    }),
    change((it) => {
      it.pathname = it.pathname.replace('.json', '.csv');
    }),
  ];
  for (const address of changed) {
    const answer = await fetch(address);
    assert.ok(answer.status === 410 || answer.status === 400, `${answer.status} ${address}`);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  }
});

test('what was handed over is in the trail', async () => {
  await download(await freshUrl());
  const events = await findEvents(service.parts.db, id);
  assert.ok(events.some(({ event }) => event === 'downloaded'));
});

test('signatures of addresses stay out of the log', () => {
  assert.ok(!service.logged().includes(url.searchParams.get('signature') ?? '-'));
});

// From here on the clock is moved far.

test('after its day an address is gone, and says in words what to do; a new one works', async () => {
  const old = await freshUrl();
  service.advance(24 * HOUR_MS + 1000);
  const answer = await fetch(old);
  assert.equal(answer.status, 410);
  const problem = (await answer.json()) as { code: string; detail: string };
  assert.equal(problem.code, 'address_invalid');
  assert.match(problem.detail, /status/);
  const page = await fetch(old, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 410);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.ok((await download(await freshUrl())).length > 0);
});

test('after sixty days the file is gone, its addresses open nothing, and the task says so', async () => {
  service.advance(59 * DAY_MS - HOUR_MS);
  const last = await freshUrl();
  service.advance(2 * HOUR_MS);
  for (const path of ['/tasks/', '/export_channels/', '/api/v2/tasks/']) {
    const { status, body } = await ask(service, 'GET', path + id);
    assert.deepEqual([status, body.code], [404, 16]);
    assert.match(
      body.message,
      new RegExp(`Task "${id}" has expired: its file was deleted on \\d{4}-\\d\\d-\\d\\dT`),
    );
  }
  assert.equal((await fetch(last)).status, 410);
});
