import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { findEvents } from '../../src/lifecycle/export-events-table.ts';
import { basic, call, completeExport, type Service, signIn, startService, until } from './service.ts';

/** Begins a download and leaves most of it in the network. */
function beginDownload(service: Service, id: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = `${service.url}/v1/exports/${id}/archive?accountId=a1`;
    get(path, { headers: basic() }, (response) => resolve(response.pause())).on('error', reject);
  });
}

test('a closing service says so before it stops to listen, and still answers', async () => {
  const service = await startService({ noticeMs: 400 });
  assert.equal((await call(service, 'GET', '/readyz')).status, 200);
  const stopping = service.stop();
  await until(async () => (await call(service, 'GET', '/readyz')).status === 503);
  const { body } = await call(service, 'GET', '/readyz');
  assert.equal(body.status, 'unready');
  assert.equal(body.checks.serving, 'shutting down');
  assert.equal((await call(service, 'GET', '/healthz')).status, 200);
  await stopping;
  await assert.rejects(fetch(`${service.url}/healthz`));
});

test('a closing service ends its event streams', async () => {
  const service = await startService();
  const browser = await signIn(service);
  const { body } = await call(service, 'POST', '/v1/exports', browser, {});
  const response = await fetch(`${service.url}/v1/exports/${body.id}/events`, { headers: browser });
  const read = response.text();
  await service.server.close();
  assert.match(await read, /^retry: /);
  await service.stop();
});

test('a connection that was opened in advance does not hold up the end', async () => {
  const service = await startService({ drainMs: 3_600_000 });
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  await once(socket, 'connect');
  await call(service, 'GET', '/healthz');
  const closed = once(socket, 'close');
  await service.stop();
  await closed;
});

test('a download that is under way when the service closes comes to its end', async () => {
  const service = await startService({ worker: true, contacts: 60_000 });
  const { id } = await completeExport(service);
  const response = await beginDownload(service, id);
  const closing = service.server.close();
  let received = 0;
  for await (const chunk of response) received += chunk.length;
  assert.equal(received, Number(response.headers['content-length']));
  await closing;
  const events = await findEvents(service.parts.db, id);
  assert.equal(events.find(({ event }) => event === 'downloaded')?.details.complete, true);
  await service.stop();
});

test('a download that nobody takes off is cut after a bound, and recorded as broken', async () => {
  const service = await startService({ worker: true, contacts: 120_000, drainMs: 300 });
  const { id } = await completeExport(service);
  const response = await beginDownload(service, id);
  response.on('error', () => {});
  await service.server.close();
  const events = await findEvents(service.parts.db, id);
  assert.equal(events.find(({ event }) => event === 'downloaded')?.details.complete, false);
  await service.stop();
});
