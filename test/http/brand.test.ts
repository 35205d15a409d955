import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, type Service, startService } from './service.ts';

let service: Service;
before(async () => {
  service = await startService({ product: { accentColor: '#ffd400' } });
});
after(() => service.stop());

test('the accent of the product is a style sheet with three colours for light and for dark', async () => {
  const { status, body, headers } = await call(service, 'GET', '/v1/brand.css');
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^text\/css/);
  for (const name of ['--accent', '--on-accent', '--accent-ink']) {
    assert.equal(body.match(new RegExp(`${name}: #[0-9a-f]{6};`, 'g'))?.length, 2, name);
  }
  assert.match(body, /@media \(prefers-color-scheme: dark\)/);
});

test('the logo is served as what it is and can run nothing', async () => {
  const { status, body, headers } = await call(service, 'GET', '/v1/logo');
  assert.equal(status, 200);
  assert.equal(headers.get('content-type'), 'image/svg+xml');
  assert.match(body, /^<svg/);
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/);
  assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
});

test('who has them is not sent them again', async () => {
  for (const path of ['/v1/brand.css', '/v1/pages.css', '/v1/logo']) {
    const { headers } = await call(service, 'GET', path);
    assert.match(headers.get('cache-control') ?? '', /^public, max-age=\d+$/);
    const again = await call(service, 'GET', path, { 'if-none-match': headers.get('etag') ?? '' });
    assert.equal(again.status, 304, path);
    assert.equal(again.body, '');
  }
});

test('a product without a logo has none', async () => {
  const plain = await startService({ product: { logo: undefined } });
  try {
    assert.equal((await call(plain, 'GET', '/v1/logo')).body.code, 'not_found');
    const page = await call(plain, 'GET', '/confirm/none', { accept: 'text/html' });
    assert.doesNotMatch(page.body, /<img/);
  } finally {
    await plain.stop();
  }
});
