import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basic, call, HOUR_MS, type Service, signIn, startService, until } from './service.ts';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.stop());

interface Stream {
  response: Response;
  /** Events so far, parsed. */
  events: { id: string; status: string }[];
  text(): string;
  hasEnded(): boolean;
  stop(): void;
}

async function watch(
  target: Service,
  id: string,
  headers: Record<string, string>,
  query = '',
): Promise<Stream> {
  const controller = new AbortController();
  const response = await fetch(`${target.url}/v1/exports/${id}/events${query}`, {
    headers,
    signal: controller.signal,
  });
  let text = '';
  let hasEnded = false;
  const read = async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  };
  read()
    .catch(() => {})
    .finally(() => {
      hasEnded = true;
    });
  return {
    response,
    text: () => text,
    get events() {
      return [...text.matchAll(/^id: (.*)\nevent: export\ndata: (.*)\n\n/gm)].map(
        ([, eventId = '', data = '']) => ({
          id: eventId,
          status: JSON.parse(data).status,
        }),
      );
    },
    hasEnded: () => hasEnded,
    stop: () => controller.abort(),
  };
}

async function request(target: Service, browser: Record<string, string>): Promise<string> {
  return (await call(target, 'POST', '/v1/exports', browser, {})).body.id;
}

test('whoever watches sees the export at once, each change, and the end, after which the stream closes', async () => {
  const browser = await signIn(service, 'e1');
  const id = await request(service, browser);
  const stream = await watch(service, id, browser);
  assert.equal(stream.response.status, 200);
  assert.match(stream.response.headers.get('content-type') ?? '', /^text\/event-stream/);
  assert.equal(stream.response.headers.get('cache-control'), 'no-store');
  assert.equal(stream.response.headers.get('x-accel-buffering'), 'no');
  await until(() => stream.events.length === 1);
  assert.match(stream.text(), /^retry: \d+\n\n/);
  assert.equal(stream.events[0]?.status, 'pending');

  await call(service, 'POST', `/v1/exports/${id}/cancel`, browser, {});
  await until(stream.hasEnded);
  assert.deepEqual(stream.events.at(-1), { id: 'ended', status: 'cancelled' });

  const again = await watch(service, id, { ...browser, 'last-event-id': 'ended' });
  assert.equal(again.response.status, 204);
});

test('an event is the same Export that a call would give', async () => {
  const browser = await signIn(service, 'e2');
  const id = await request(service, browser);
  const stream = await watch(service, id, browser);
  await until(() => stream.events.length === 1);
  const [, data = ''] = /^data: (.*)$/m.exec(stream.text()) ?? [];
  assert.deepEqual(JSON.parse(data), (await call(service, 'GET', `/v1/exports/${id}`, browser)).body);
  stream.stop();
});

test('progress and completion are seen without asking again', async () => {
  const working = await startService({ worker: true, policy: { confirmByEmail: false } });
  try {
    const browser = await signIn(working);
    const stream = await watch(working, await request(working, browser), browser);
    await until(() => stream.events.some(({ status }) => status === 'completed'));
    assert.equal(stream.hasEnded(), false);
    const order = ['confirmed', 'processing', 'completed'];
    const seen = stream.events.map(({ status }) => order.indexOf(status));
    assert.deepEqual(seen, [...seen].sort());
    stream.stop();
  } finally {
    await working.stop();
  }
});

test('one session has six streams at most; a closed one makes room', async () => {
  const browser = await signIn(service, 'e3');
  const id = await request(service, browser);
  const streams = await Promise.all(Array.from({ length: 6 }, () => watch(service, id, browser)));
  const refused = await call(service, 'GET', `/v1/exports/${id}/events`, browser);
  assert.equal(refused.status, 429);
  assert.equal(refused.body.code, 'rate_limited');
  // Another session of the same account is not held back by it.
  const other = await watch(service, id, await signIn(service, 'e3'));
  assert.equal(other.response.status, 200);

  streams[0]?.stop();
  await until(async () => {
    const next = await watch(service, id, browser);
    next.stop();
    return next.response.status === 200;
  });
  for (const stream of [...streams, other]) stream.stop();
});

test('signing out closes the streams of that session, and of no other', async () => {
  const [leaving, staying] = [await signIn(service, 'e4'), await signIn(service, 'e4')];
  const id = await request(service, leaving);
  const closing = await watch(service, id, leaving);
  const open = await watch(service, id, staying);
  await call(service, 'POST', '/v1/sign-out', leaving, {});
  await until(closing.hasEnded);
  assert.equal(open.hasEnded(), false);
  open.stop();
});

test('a server watches with its key', async () => {
  const { id } = (
    await call(service, 'POST', '/v1/exports?accountId=e5', basic(), {
      user: { id: 'u1', email: 'e5@example.com' },
    })
  ).body;
  const stream = await watch(service, id, basic(), '?accountId=e5');
  await until(() => stream.events.length === 1);
  stream.stop();
});

test('a session that runs out takes its streams along', async () => {
  const short = await startService();
  try {
    const browser = await signIn(short, 'e6');
    const id = await request(short, browser);
    // Time enough for the stream to be opened, also on a busy machine.
    short.advance(8 * HOUR_MS - 2000);
    const stream = await watch(short, id, browser);
    assert.equal(stream.response.status, 200);
    await until(stream.hasEnded);
  } finally {
    await short.stop();
  }
});
