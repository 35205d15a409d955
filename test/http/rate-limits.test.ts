import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../src/http/rate-limits.ts';
import { call, type Service, signIn, startService } from './service.ts';

async function withService(run: (service: Service) => Promise<void>, options = {}): Promise<void> {
  const service = await startService(options);
  try {
    await run(service);
  } finally {
    await service.stop();
  }
}

async function statuses(times: number, ask: () => Promise<{ status: number }>): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) found.push((await ask()).status);
  return found;
}

test('what a stranger can reach is limited by address, and says how long to wait', () =>
  withService(async (service) => {
    const reachable: [string, string, number][] = [
      ['GET', '/portal/guess', limits.portalLink],
      ['GET', '/confirm/guess', limits.confirm],
      ['POST', '/confirm/guess', limits.confirm],
      ['GET', '/download/guess', limits.download],
    ];
    for (const [method, path, limit] of reachable) {
      const first = await statuses(limit, () => call(service, method, path));
      assert.deepEqual(new Set(first), new Set([410]), `${method} ${path}`);
      const { status, headers, body } = await call(service, method, path);
      assert.equal(status, 429, `${method} ${path}`);
      assert.equal(headers.get('content-type'), 'application/problem+json; charset=utf-8');
      assert.equal(body.code, 'rate_limited');
      const wait = Number(headers.get('retry-after'));
      assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= 60);
    }
    const page = await call(service, 'GET', '/confirm/guess', { accept: 'text/html' });
    assert.equal(page.status, 429);
    assert.match(page.body, /One moment, please/);
    // Other addresses of the service still answer.
    assert.equal((await call(service, 'GET', '/healthz')).status, 200);
  }));

test('cookies that are none are tried only so often', () =>
  withService(async (service) => {
    const guess = () => call(service, 'GET', '/v1/portal', { cookie: 'handover_session=guess' });
    assert.deepEqual(new Set(await statuses(limits.wrongSession, guess)), new Set([401]));
    assert.equal((await guess()).status, 429);
  }));

test('one session changes only so much a minute; another of the same address is not held back', () =>
  withService(async (service) => {
    const [busy, calm] = [await signIn(service, 'r1'), await signIn(service, 'r2')];
    const nothing = '/v1/exports/4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c/cancel';
    const first = await statuses(limits.sessionWrite, () => call(service, 'POST', nothing, busy, {}));
    assert.deepEqual(new Set(first), new Set([404]));
    assert.equal((await call(service, 'POST', nothing, busy, {})).status, 429);
    assert.equal((await call(service, 'GET', '/v1/exports', busy)).status, 200);
    assert.equal((await call(service, 'POST', nothing, calm, {})).status, 404);
  }));

test('behind a proxy that is trusted, each client has its own limit; others cannot pretend', async () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  await withService(
    async (service) => {
      const one = () => call(service, 'GET', '/portal/guess', from('203.0.113.1'));
      await statuses(limits.portalLink, one);
      assert.equal((await one()).status, 429);
      assert.equal((await call(service, 'GET', '/portal/guess', from('203.0.113.2'))).status, 410);
    },
    { trustProxy: '127.0.0.1' },
  );
  await withService(async (service) => {
    let last = 0;
    for (let i = 0; i <= limits.portalLink; i++) {
      last = (await call(service, 'GET', '/portal/guess', from(`203.0.113.${i}`))).status;
    }
    assert.equal(last, 429);
  });
});
