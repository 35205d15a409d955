import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApiKey, revokeApiKey } from '../../src/steps/api-keys.ts';
import { basic, call, KEY, type Service, signIn, startService } from './service.ts';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.stop());

test('a stranger is told to sign in, and no browser asks its user for a password', async () => {
  for (const path of [
    '/v1/exports',
    '/v1/portal',
    '/v1/exports/4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c/archive',
  ]) {
    const { status, body, headers } = await call(service, 'GET', path);
    assert.equal(status, 401, path);
    assert.equal(body.code, 'unauthenticated');
    assert.doesNotMatch(headers.get('www-authenticate') ?? '', /Basic/);
  }
});

test('a server that tried Basic is told that it failed at that', async () => {
  for (const headers of [
    basic(KEY, 'wrong'),
    basic('nobody', 'wrong'),
    { authorization: 'Bearer x' },
    { authorization: 'Basic !' },
  ]) {
    const answer = await call(service, 'GET', '/v1/exports?accountId=a1', headers);
    assert.equal(answer.status, 401);
    assert.match(
      answer.headers.get('www-authenticate') ?? '',
      /^Basic realm="Handover API", charset="UTF-8"$/,
    );
  }
});

test('a key that was made works until it is revoked', async () => {
  const { key, secret } = await createApiKey(service.parts, 'for a test');
  assert.equal((await call(service, 'GET', '/v1/exports?accountId=a1', basic(key, secret))).status, 200);
  assert.equal(
    (await call(service, 'GET', '/v1/exports?accountId=a1', basic(key, `${secret}0`))).status,
    401,
  );
  await revokeApiKey(service.parts, key);
  assert.equal((await call(service, 'GET', '/v1/exports?accountId=a1', basic(key, secret))).status, 401);
});

test('a server has to say which account it means', async () => {
  const { status, body } = await call(service, 'GET', '/v1/exports', basic());
  assert.equal(status, 400);
  assert.deepEqual(
    body.errors.map(({ field, rule }: { field: string; rule: string }) => [field, rule]),
    [['accountId', 'required']],
  );
});

test('a wrong secret counts, even with the cookie of a session beside it', async () => {
  const browser = await signIn(service);
  const { status } = await call(service, 'GET', '/v1/exports?accountId=a1', {
    ...browser,
    ...basic(KEY, 'wrong'),
  });
  assert.equal(status, 401);
});

test('one account never sees, changes or downloads what is of another', async () => {
  const first = await signIn(service, 'a1');
  const second = await signIn(service, 'a2');
  const { body: mine } = await call(service, 'POST', '/v1/exports', first, {});
  assert.equal(mine.accountId, 'a1');

  const paths: [string, string][] = [
    ['GET', ''],
    ['GET', '/events'],
    ['GET', '/archive'],
    ['POST', '/resend'],
    ['POST', '/cancel'],
    ['POST', '/download-link'],
    ['DELETE', '/archive'],
  ];
  for (const [method, path] of paths) {
    const asBrowser = await call(service, method, `/v1/exports/${mine.id}${path}`, second);
    assert.equal(asBrowser.body.code, 'export_not_found', `${method} ${path}`);
    const asServer = await call(service, method, `/v1/exports/${mine.id}${path}?accountId=a2`, basic());
    assert.equal(asServer.body.code, 'export_not_found', `${method} ${path}`);
  }
  const retry = await call(service, 'POST', `/v1/exports/${mine.id}/retry?accountId=a2`, basic());
  assert.equal(retry.body.code, 'export_not_found');
  assert.equal((await call(service, 'GET', '/v1/exports', second)).body.exports.length, 0);
  assert.equal((await call(service, 'GET', `/v1/exports/${mine.id}`, first)).body.status, 'pending');
});

test('a session cannot name another account, only its own', async () => {
  const browser = await signIn(service, 'a1');
  assert.equal((await call(service, 'GET', '/v1/exports?accountId=a1', browser)).status, 200);
  const other = await call(service, 'GET', '/v1/exports?accountId=a2', browser);
  assert.equal(other.status, 403);
  assert.equal(other.body.code, 'forbidden');
});

test('ids that are none are simply not found', async () => {
  const browser = await signIn(service);
  for (const id of [
    '1',
    "' or 1=1",
    '00000000-0000-0000-0000-00000000000g',
    '4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c',
  ]) {
    const answer = await call(service, 'GET', `/v1/exports/${encodeURIComponent(id)}`, browser);
    assert.equal(answer.body.code, 'export_not_found', id);
  }
});

test('characters that no database takes are refused before they get there', async () => {
  const bad = ['%00', 'a%00b', '%0a', 'x'.repeat(501), ''];
  for (const account of bad) {
    const { status, body } = await call(service, 'GET', `/v1/exports?accountId=${account}`, basic());
    assert.equal(status, 400, account);
    assert.equal(body.errors[0].field, 'accountId');
  }
  assert.equal((await call(service, 'GET', '/v1/exports?accountId=a1&accountId=a2', basic())).status, 400);
  const half = await call(service, 'POST', '/v1/portal-sessions', basic(), {
    accountId: 'a\ud800',
    user: { id: 'u\u0000', email: 'owner@example.com', name: 'a\u0007' },
  });
  assert.deepEqual(
    half.body.errors.map(({ field }: { field: string }) => field),
    ['accountId', 'user.id', 'user.name'],
  );
  assert.equal((await call(service, 'GET', '/v1/exports?accountId=a1', basic('a\0b', 'x'))).status, 401);
});

test('what a cookie can change comes from our own page only', async () => {
  const { cookie } = await signIn(service, 'a2');
  const post = (headers: Record<string, string>) =>
    call(service, 'POST', '/v1/sign-out', { cookie, ...headers }, {});
  const ours = new URL(service.parts.publicUrl).origin;
  const foreign: Record<string, string>[] = [
    {},
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: ours },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { referer: `${ours}/` },
  ];
  for (const headers of foreign) {
    const { status, body } = await post(headers);
    assert.equal(status, 403, JSON.stringify(headers));
    assert.equal(body.code, 'forbidden');
  }
  assert.equal((await call(service, 'GET', '/v1/portal', { cookie })).status, 200);
  // Plain http beyond localhost: browsers send no Sec-Fetch-Site there.
  assert.equal((await post({ origin: ours })).status, 204);
});

test('a form of another site has no body that we would take', async () => {
  const browser = await signIn(service, 'a2');
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const { status, body } = await call(
      service,
      'POST',
      '/v1/exports',
      { ...browser, 'content-type': type },
      '{}',
    );
    assert.equal(status, 415, type);
    assert.equal(body.code, 'media_type_unsupported');
  }
});

test('another site cannot start a download in the browser of a person who is signed in', async () => {
  const { cookie } = await signIn(service, 'a1');
  const { body } = await call(service, 'GET', '/v1/exports', { cookie });
  const path = `/v1/exports/${body.exports[0].id}/archive`;
  const foreign = await call(service, 'GET', path, { cookie, 'sec-fetch-site': 'cross-site' });
  assert.equal(foreign.status, 403);
  const own = await call(service, 'GET', path, { cookie, 'sec-fetch-site': 'same-origin' });
  assert.equal(own.body.code, 'export_not_ready');
});

test('bodies that are no JSON, poisonous or too large are refused, and the answer says why', async () => {
  const send = (body: string) => call(service, 'POST', '/v1/portal-sessions', basic(), body);
  for (const bad of ['{', '{"accountId": mine}', '{"__proto__": {"x": 1}}']) {
    const { status, body } = await send(bad);
    assert.equal(status, 400, bad);
    assert.equal(body.code, 'invalid_request');
    assert.match(body.detail, /not valid JSON/);
    assert.doesNotMatch(body.detail, /mine/);
  }
  const nameless = await send('{"accountId": "", "user": {"id": "u1", "email": "owner@example.com"}}');
  assert.equal(nameless.body.errors[0].message, '`accountId` may not be empty.');
  assert.equal((await send(`"${'x'.repeat(64 * 1024)}"`)).body.code, 'body_too_large');
  const empty = await send(' ');
  assert.equal(empty.body.code, 'invalid_request');
});

test('after ten wrong secrets an address has to wait, unless it has the right one', async () => {
  const guessing = await startService();
  const ask = (secret?: string) => call(guessing, 'GET', '/v1/exports?accountId=a1', basic(KEY, secret));
  try {
    for (let i = 0; i < 10; i++) assert.equal((await ask(`${i}`)).status, 401);
    const answer = await ask('10');
    assert.equal(answer.status, 429);
    assert.equal(answer.body.code, 'rate_limited');
    assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    // Somebody else who guesses from the same address keeps nobody out.
    assert.equal((await ask()).status, 200);
    const { cookie } = await signIn(guessing);
    assert.match(cookie, /^handover_session=/);
  } finally {
    await guessing.stop();
  }
});
