import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { createStreams, type StreamEvent, sendEvents } from '../../src/http/streams.ts';
import { until } from './service.ts';

/** A server with one stream of these events. */
async function serve(events: (signal: AbortSignal) => AsyncIterable<StreamEvent>, keepAliveMs?: number) {
  const app = Fastify();
  const stream = new AbortController();
  let outcome: unknown = 'open';
  app.get('/', (_request, reply) => {
    sendEvents(reply, events(stream.signal), stream, keepAliveMs).then(
      () => {
        outcome = 'ended';
      },
      (error: unknown) => {
        outcome = error;
      },
    );
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, stream, outcome: () => outcome, close: () => app.close() };
}

test('a quiet stream says now and then that it is alive', async () => {
  const server = await serve(async function* (signal) {
    await sleep(60_000, undefined, { signal }).catch(() => {});
  }, 10);
  try {
    const response = await fetch(server.url);
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.split(': keep-alive\n\n').length > 3) break;
    }
    await until(() => server.outcome() === 'ended');
    assert.ok(server.stream.signal.aborted);
  } finally {
    await server.close();
  }
});

test('whoever hangs up stops the events', async () => {
  let isClosed = false;
  const server = await serve(async function* (signal) {
    try {
      for (let i = 0; ; i++) {
        yield { id: String(i), event: 'tick', data: i };
        await sleep(5, undefined, { signal });
      }
    } catch {
      // aborted
    } finally {
      isClosed = true;
    }
  });
  try {
    const request = get(server.url);
    const [response] = await once(request, 'response');
    await once(response, 'data');
    request.destroy();
    await until(() => isClosed);
  } finally {
    await server.close();
  }
});

test('a client that takes nothing makes the events wait', async () => {
  let sent = 0;
  const server = await serve(async function* () {
    for (let i = 0; i < 5000; i++) {
      sent++;
      yield { id: String(i), event: 'tick', data: 'x'.repeat(16_384) };
    }
  });
  try {
    const request = get(server.url);
    request.on('error', () => {});
    const [response] = await once(request, 'response');
    response.pause();
    let last = -1;
    await until(async () => {
      const isStill = last === sent;
      last = sent;
      await sleep(100);
      return isStill;
    });
    assert.ok(sent < 5000, `${sent} events were made for a client that took none`);
    request.destroy();
    await until(() => server.outcome() !== 'open');
  } finally {
    await server.close();
  }
});

test('events that fail close the connection, and the fault is told to the caller', async () => {
  const fault = new Error('the database is away');
  const server = await serve(async function* () {
    yield { id: '1', event: 'tick', data: 1 };
    throw fault;
  });
  try {
    assert.match(await (await fetch(server.url)).text(), /data: 1\n\n$/);
    await until(() => server.outcome() !== 'open');
    assert.equal(server.outcome(), fault);
  } finally {
    await server.close();
  }
});

test('streams are counted by caller, and closed by caller or all at once', () => {
  const streams = createStreams();
  const [one, two] = [streams.open('a', 2), streams.open('a', 2)];
  assert.throws(() => streams.open('a', 2), { code: 'rate_limited' });
  const other = streams.open('b', 2);
  streams.close('a', one);
  const three = streams.open('a', 2);
  streams.closeAll('a');
  assert.deepEqual(
    [one, two, three, other].map(({ signal }) => signal.aborted),
    [true, true, true, false],
  );
  streams.closeAll();
  assert.ok(other.signal.aborted);
});
