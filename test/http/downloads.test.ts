import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { open, readdir, stat, truncate } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { findEvents } from '../../src/lifecycle/export-events-table.ts';
import {
  basic,
  CONTACTS,
  call,
  completeExport,
  DAY_MS,
  mailedLink,
  type Service,
  signIn,
  startService,
  until,
} from './service.ts';

let service: Service;
let id: string;
/** Path of the mailed link. */
let link: string;
let whole: Buffer;
let etag: string;
let lastModified: string;

before(async () => {
  service = await startService({ worker: true });
  ({ id } = await completeExport(service));
  link = new URL(await mailedLink(service, 'download', 'a1')).pathname;
  const response = await fetch(service.url + link);
  whole = Buffer.from(await response.arrayBuffer());
  etag = response.headers.get('etag') ?? '';
  lastModified = response.headers.get('last-modified') ?? '';
});
after(() => service.stop());

/** Every download so far, as the audit trail has it. */
async function downloads() {
  const events = await findEvents(service.parts.db, id);
  return events
    .filter(({ event }) => event === 'downloaded')
    .map(({ actor, details }) => ({ actor, ...details }));
}

async function fetchBytes(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(service.url + path, { method, headers });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

test('the mailed link hands over the whole file, with a name and its exact length', async () => {
  const { status, headers, bytes } = await fetchBytes(link);
  assert.equal(status, 200);
  assert.equal(Number(headers.get('content-length')), whole.length);
  assert.equal(bytes.length, whole.length);
  assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
  assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="[\w.-]*a1[\w.-]*\.json"/);
  assert.equal(headers.get('accept-ranges'), 'bytes');
  assert.match(headers.get('etag') ?? '', /^"[^"]+"$/);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
  assert.equal(headers.get('content-encoding'), null);
  const archive = JSON.parse(bytes.toString());
  assert.equal(archive.accountId, 'a1');
  assert.equal(archive.data.contacts.length, CONTACTS);
  assert.doesNotMatch(bytes.toString(), /CANARY/);
});

test('no encoding is put around it, whatever is asked for', async () => {
  const { headers, bytes } = await fetchBytes(link, { 'accept-encoding': 'gzip, br, zstd' });
  assert.equal(headers.get('content-encoding'), null);
  assert.ok(bytes.equals(whole));
});

test('HEAD tells all of that and sends nothing', async () => {
  const { status, headers, bytes } = await fetchBytes(link, { range: 'bytes=0-9' }, 'HEAD');
  assert.equal(status, 200);
  assert.equal(Number(headers.get('content-length')), whole.length);
  assert.equal(headers.get('etag'), etag);
  assert.equal(headers.get('accept-ranges'), 'bytes');
  assert.equal(bytes.length, 0);
});

test('any range is exactly that part of the file', async () => {
  const edges = [0, 1, 65_535, 65_536, 65_537, 131_072, whole.length - 1];
  const offset = fc.oneof(fc.constantFrom(...edges), fc.nat(whole.length - 1));
  await fc.assert(
    fc.asyncProperty(offset, offset, async (one, other) => {
      const [first, last] = [Math.min(one, other), Math.max(one, other)];
      const path = `/v1/exports/${id}/archive?accountId=a1`;
      const { status, headers, bytes } = await fetchBytes(path, {
        ...basic(),
        range: `bytes=${first}-${last}`,
      });
      assert.equal(status, 206);
      assert.equal(headers.get('content-range'), `bytes ${first}-${last}/${whole.length}`);
      assert.equal(Number(headers.get('content-length')), last - first + 1);
      assert.ok(bytes.equals(whole.subarray(first, last + 1)));
    }),
    { numRuns: 60 },
  );
});

test('open and suffix ranges work; what lies outside is 416 with the size', async () => {
  const tail = await fetchBytes(link, { range: 'bytes=-100' });
  assert.equal(
    tail.headers.get('content-range'),
    `bytes ${whole.length - 100}-${whole.length - 1}/${whole.length}`,
  );
  assert.ok(tail.bytes.equals(whole.subarray(-100)));
  const open = await fetchBytes(link, { range: `bytes=${whole.length - 5}-` });
  assert.ok(open.bytes.equals(whole.subarray(-5)));

  const outside = await fetchBytes(link, { range: `bytes=${whole.length}-` });
  assert.equal(outside.status, 416);
  assert.equal(outside.headers.get('content-range'), `bytes */${whole.length}`);
  assert.equal(JSON.parse(outside.bytes.toString()).code, 'range_not_satisfiable');
});

test('several ranges, or one that is not understood, are answered with the whole file', async () => {
  for (const range of ['bytes=0-1,5-6', 'bytes=9-1', 'chapters=1-2']) {
    const { status, bytes } = await fetchBytes(link, { range });
    assert.equal(status, 200, range);
    assert.ok(bytes.equals(whole));
  }
});

test('a broken download goes on where it broke, if the file is still the same', async () => {
  const range = 'bytes=70000-';
  for (const same of [etag, lastModified]) {
    const { status, bytes } = await fetchBytes(link, { range, 'if-range': same });
    assert.equal(status, 206, same);
    const joined = createHash('sha256').update(whole.subarray(0, 70_000)).update(bytes).digest('hex');
    assert.equal(joined, createHash('sha256').update(whole).digest('hex'));
  }
  const other = await fetchBytes(link, { range, 'if-range': '"another"' });
  assert.equal(other.status, 200);
  assert.ok(other.bytes.equals(whole));
});

test('conditions are kept: 304 for who has it, 412 for who wants another', async () => {
  const have = await fetchBytes(link, { 'if-none-match': etag });
  assert.equal(have.status, 304);
  assert.equal(have.headers.get('etag'), etag);
  assert.equal(have.bytes.length, 0);
  assert.equal((await fetchBytes(link, { 'if-modified-since': lastModified })).status, 304);
  const want = await fetchBytes(link, { 'if-match': '"another"' });
  assert.equal(want.status, 412);
  assert.equal(JSON.parse(want.bytes.toString()).code, 'precondition_failed');
});

test('who is signed in gets the same file without a link, and so does a server', async () => {
  const browser = await signIn(service);
  const bySession = await fetchBytes(`/v1/exports/${id}/archive`, browser);
  assert.ok(bySession.bytes.equals(whole));
  const byServer = await fetchBytes(`/v1/exports/${id}/archive?accountId=a1`, basic());
  assert.ok(byServer.bytes.equals(whole));
  assert.equal(byServer.headers.get('etag'), etag);
});

test('a link that the page makes works without signing in, until the file expires', async () => {
  const browser = await signIn(service);
  const { status, body } = await call(service, 'POST', `/v1/exports/${id}/download-link`, browser, {});
  assert.equal(status, 201);
  assert.match(body.url, new RegExp(`^${service.url}/download/[\\w-]{43}$`));
  const { body: view } = await call(service, 'GET', `/v1/exports/${id}`, browser);
  assert.equal(body.expiresAt, view.expiresAt);
  assert.ok((await fetchBytes(new URL(body.url).pathname)).bytes.equals(whole));
});

test('every download is recorded: who, by which way, which bytes, and whether they all went out', async () => {
  // What was handed over is written down after its last byte: that of earlier tests may still be on its way, and the next
  // one waits for that of the one before, to come second.
  const before = await settled(async () => (await downloads()).length);
  const recorded = (count: number) => until(async () => (await downloads()).length >= before + count);
  await fetchBytes(link);
  await recorded(1);
  await fetchBytes(link, { range: 'bytes=10-19' });
  await recorded(2);
  await fetchBytes(link, {}, 'HEAD');
  await fetchBytes(link, { 'if-none-match': etag });
  await fetchBytes(`/v1/exports/${id}/archive?accountId=a1`, basic());
  await recorded(3);
  const end = whole.length;
  assert.deepEqual((await downloads()).slice(before), [
    { actor: 'link', via: 'link', start: 0, end, bytesSent: end, complete: true },
    { actor: 'link', via: 'link', start: 10, end: 20, bytesSent: 10, complete: true },
    { actor: 'key:test-key', via: 'server', start: 0, end, bytesSent: end, complete: true },
  ]);
});

/** The number once it has stayed the same for a moment. */
async function settled(look: () => Promise<number>): Promise<number> {
  let seen = await look();
  for (let looks = 0; looks < 50; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const now = await look();
    if (now === seen) return now;
    seen = now;
  }
  throw new Error('The number did not settle.');
}

test('whoever takes nothing makes the file wait, and whoever hangs up is recorded with what went out', async () => {
  const big = await startService({ worker: true, contacts: 120_000 });
  try {
    const { id: bigId } = await completeExport(big);
    const socket = connect(Number(new URL(big.url).port), '127.0.0.1');
    socket.pause();
    socket.write(
      `GET /v1/exports/${bigId}/archive?accountId=a1 HTTP/1.1\r\nhost: x\r\nauthorization: ${basic().authorization}\r\n\r\n`,
    );
    await until(() => socket.bytesWritten > 0);
    await new Promise((resolve) => setTimeout(resolve, 700));
    socket.destroy();
    const recorded = async () =>
      (await findEvents(big.parts.db, bigId)).find(({ event }) => event === 'downloaded')?.details;
    await until(async () => (await recorded()) !== undefined);
    const { bytesSent, end, complete } = (await recorded()) as {
      bytesSent: number;
      end: number;
      complete: boolean;
    };
    assert.equal(complete, false);
    assert.ok(bytesSent < end / 2, `${bytesSent} of ${end} bytes were read for a client that took none`);
  } finally {
    await big.stop();
  }
});

test('a file that breaks in the middle breaks the connection, and is never short and clean', async () => {
  const damaged = await startService({ worker: true });
  try {
    const { id: damagedId } = await completeExport(damaged);
    await flipByteInLargestPart(join(damaged.folder, 'store'));
    const path = `${damaged.url}/v1/exports/${damagedId}/archive?accountId=a1`;
    const outcome = await fetch(path, { headers: basic() }).then(
      async (response) => {
        assert.equal(response.status, 200);
        return response.arrayBuffer().then(
          () => 'whole',
          () => 'broken off',
        );
      },
      () => 'broken off',
    );
    assert.equal(outcome, 'broken off');
    const recorded = async () =>
      (await findEvents(damaged.parts.db, damagedId)).find(({ event }) => event === 'downloaded')?.details;
    await until(async () => (await recorded()) !== undefined);
    assert.equal((await recorded())?.complete, false);
    assert.match(damaged.logged(), /download broke off/);
  } finally {
    await damaged.stop();
  }
});

test('a file that is seen to be damaged beforehand is refused with words', async () => {
  const damaged = await startService({ worker: true });
  try {
    const { id: damagedId } = await completeExport(damaged);
    const { path, size } = await largestFile(join(damaged.folder, 'store'));
    await truncate(path, size - 100);
    const answer = await call(damaged, 'GET', `/v1/exports/${damagedId}/archive?accountId=a1`, basic());
    assert.equal(answer.status, 500);
    assert.equal(answer.body.code, 'archive_damaged');
    assert.equal(answer.headers.get('content-disposition'), null);
  } finally {
    await damaged.stop();
  }
});

test('a range whose first bytes do not open is refused with words, and was no download', async () => {
  const damaged = await startService({ worker: true });
  try {
    const { id: damagedId } = await completeExport(damaged);
    const { path } = await largestFile(join(damaged.folder, 'store'));
    await flipByte(path, 100);
    const half = { ...basic(), range: `bytes=${whole.length >> 1}-` };
    const answer = await call(damaged, 'GET', `/v1/exports/${damagedId}/archive?accountId=a1`, half);
    assert.equal(answer.status, 500);
    assert.equal(answer.body.code, 'archive_damaged');
    const events = await findEvents(damaged.parts.db, damagedId);
    assert.deepEqual(
      events.filter(({ event }) => event === 'downloaded'),
      [],
    );
  } finally {
    await damaged.stop();
  }
});

test('when the window closes, the link, the session and the server get nothing more', async () => {
  const browser = await signIn(service);
  service.advance(DAY_MS);
  const byLink = await fetchBytes(link);
  assert.equal(byLink.status, 410);
  assert.equal(JSON.parse(byLink.bytes.toString()).code, 'download_invalid');
  assert.equal((await fetchBytes(`/v1/exports/${id}/archive`, browser)).status, 401);
  assert.equal((await fetchBytes(`/v1/exports/${id}/archive?accountId=a1`, basic())).status, 409);
  const page = await fetchBytes(link, { accept: 'text/html' });
  assert.match(page.bytes.toString(), /This download link no longer works/);
});

async function largestFile(folder: string): Promise<{ path: string; size: number }> {
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path);
      return { path, size: found.isFile() ? found.size : 0 };
    }),
  );
  return files.reduce((largest, file) => (file.size > largest.size ? file : largest));
}

/** Alters the ciphertext near the end of the largest sealed part, and keeps its size. */
async function flipByteInLargestPart(folder: string): Promise<void> {
  const { path, size } = await largestFile(folder);
  await flipByte(path, size - 1000);
}

async function flipByte(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, position);
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, position);
  } finally {
    await file.close();
  }
}
