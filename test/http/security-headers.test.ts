import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, type Service, startService } from './service.ts';

let service: Service;
before(async () => {
  service = await startService({ showMailbox: true });
});
after(() => service.stop());

const strict =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'";

test('every answer, good or bad, tells browsers to be strict', async () => {
  for (const path of [
    '/',
    '/confirm/x',
    '/download/x',
    '/portal/x',
    '/v1/exports',
    '/healthz',
    '/nowhere',
    '/docs/errors',
  ]) {
    const { headers } = await call(service, 'GET', path, { accept: 'text/html' });
    const expected = {
      'content-security-policy': strict,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    };
    for (const [name, value] of Object.entries(expected))
      assert.equal(headers.get(name), value, `${name} of ${path}`);
    assert.match(headers.get('permissions-policy') ?? '', /camera=\(\)/);
    assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(headers.get('server'), null);
    assert.equal(headers.get('x-powered-by'), null);
  }
});

test('no answer but the documentation allows anything inline, and that only pictures', async () => {
  const { headers } = await call(service, 'GET', '/docs');
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /script-src 'self'/);
  assert.match(policy, /img-src 'self' data:/);
  assert.doesNotMatch(policy, /unsafe|https:|\*/);
});

test('only behind https are browsers told to stay there', async () => {
  const plain = await call(service, 'GET', '/healthz');
  assert.equal(plain.headers.get('strict-transport-security'), null);
  const https = await startService({ publicUrl: 'https://export.example.com' });
  try {
    const { headers } = await call(https, 'GET', '/healthz');
    assert.equal(headers.get('strict-transport-security'), 'max-age=31536000');
  } finally {
    await https.stop();
  }
});

test('answers about people are kept by nobody', async () => {
  for (const path of [
    '/v1/exports',
    '/v1/portal',
    '/confirm/x',
    '/download/x',
    '/portal/x',
    '/dev/mail',
    '/dev/mail.json',
  ]) {
    const { headers } = await call(service, 'GET', path);
    assert.equal(headers.get('cache-control'), 'no-store', path);
  }
});
