import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basic, call, DAY_MS, type Service, signIn, startService } from './service.ts';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.stop());

const asker = { user: { id: 'u7', email: 'asker@example.com', name: 'Asker', language: 'de' } };
const request = (account: string, body: unknown = asker) =>
  call(service, 'POST', `/v1/exports?accountId=${account}`, basic(), body);
const act = (method: string, path: string, account: string) =>
  call(service, method, `/v1/exports/${path}?accountId=${account}`, basic());

test('a server requests an export for a user whom it names', async () => {
  const { status, body } = await request('s1');
  assert.equal(status, 201);
  assert.equal(body.status, 'pending');
  assert.equal(body.accountId, 's1');
  assert.deepEqual(body.requestedBy, { id: 'u7', email: 'asker@example.com', name: 'Asker' });
  assert.equal(new Date(body.confirmBy).getTime() - new Date(body.requestedAt).getTime(), DAY_MS);
  assert.equal(body.mail.kind, 'confirmation');
  assert.equal(body.file, null);
});

test('a server that names nobody is told how', async () => {
  for (const body of ['', {}, 'null']) {
    const answer = await request('s2', body);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.errors[0].field, 'user');
  }
});

test('a browser requests for the person it is signed in for, with or without an empty body', async () => {
  const browser = await signIn(service, 's3');
  const { status, body } = await call(service, 'POST', '/v1/exports', browser);
  assert.equal(status, 201);
  assert.deepEqual(body.requestedBy, { id: 'u1', email: 'owner@example.com', name: null });
  const empty = await call(service, 'POST', '/v1/exports', {
    ...browser,
    'content-type': 'application/json',
  });
  assert.equal(empty.body.code, 'export_active');
});

test('a second request while one is pending is refused', async () => {
  await request('s4');
  const { status, body } = await request('s4');
  assert.equal(status, 409);
  assert.equal(body.code, 'export_active');
  assert.match(body.type, /\/docs\/errors#export_active$/);
});

test('an id that no export could have is that of none', async () => {
  for (const id of ['x', '-'.repeat(36), `${'0'.repeat(35)}%00`, '%']) {
    for (const [method, path] of [
      ['GET', id],
      ['POST', `${id}/cancel`],
      ['POST', `${id}/resend`],
    ] as const) {
      const { status, body } = await act(method, path, 's1');
      assert.equal(status, 404, `${method} ${path}`);
      assert.equal(body.code, 'export_not_found');
    }
  }
});

test('of many requests at once, one is let in', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => request('s5')));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [
    201,
    ...Array.from({ length: 9 }, () => 409),
  ]);
});

test('the list says whether a new export may be requested, who works, and what time it is', async () => {
  const before = await call(service, 'GET', '/v1/exports?accountId=s6', basic());
  assert.deepEqual(before.body.request, { allowed: true, code: null, availableAt: null });
  assert.deepEqual(before.body.workers, { alive: 0, lastSeenAt: null });
  assert.ok(Math.abs(new Date(before.body.now).getTime() - service.parts.now().getTime()) < 60_000);

  const { body: made } = await request('s6');
  const { body } = await call(service, 'GET', '/v1/exports?accountId=s6', basic());
  assert.deepEqual(
    body.exports.map(({ id }: { id: string }) => id),
    [made.id],
  );
  assert.equal(body.request.allowed, false);
  assert.equal(body.request.code, 'export_active');
});

test('the confirmation can be resent, but not at once', async () => {
  const { body: made } = await request('s7');
  const early = await act('POST', `${made.id}/resend`, 's7');
  assert.equal(early.status, 429);
  assert.equal(early.body.code, 'resend_too_soon');
  assert.ok(early.body.availableAt > made.requestedAt);
  const wait = Number(early.headers.get('retry-after'));
  assert.ok(wait >= 1 && wait <= 60);

  service.advance(60_000);
  const { status, body } = await act('POST', `${made.id}/resend`, 's7');
  assert.equal(status, 202);
  assert.equal(body.status, 'pending');
});

test('an export is taken back, and then there is nothing left to do with it', async () => {
  const { body: made } = await request('s8');
  const cancelled = await act('POST', `${made.id}/cancel`, 's8');
  assert.equal(cancelled.status, 200);
  assert.equal(cancelled.body.status, 'cancelled');
  assert.ok(cancelled.body.endedAt);

  const refusals: [string, string, string][] = [
    ['POST', 'cancel', 'export_not_cancellable'],
    ['POST', 'resend', 'export_not_pending'],
    ['POST', 'retry', 'export_not_failed'],
    ['POST', 'download-link', 'export_not_ready'],
    ['DELETE', 'archive', 'export_not_ready'],
    ['GET', 'archive', 'export_not_ready'],
  ];
  for (const [method, path, code] of refusals) {
    const { status, body } = await act(method, `${made.id}/${path}`, 's8');
    assert.equal(status, 409, path);
    assert.equal(body.code, code, path);
  }
  assert.equal((await request('s8')).status, 201);
});

test('an unconfirmed request lapses when its time is over, whether anybody swept or not', async () => {
  const { body: made } = await request('s9');
  service.advance(DAY_MS);
  const { body } = await act('GET', made.id, 's9');
  assert.equal(body.status, 'expired');
  assert.equal((await act('POST', `${made.id}/resend`, 's9')).body.code, 'export_not_pending');
  assert.equal((await request('s9')).status, 201);
});

test('only a server retries', async () => {
  const browser = await signIn(service, 's10');
  const { body: made } = await call(service, 'POST', '/v1/exports', browser, {});
  const { status, body } = await call(service, 'POST', `/v1/exports/${made.id}/retry`, browser, {});
  assert.equal(status, 403);
  assert.equal(body.code, 'forbidden');
});
