import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basic, call, completeExport, DAY_MS, mailedLink, type Service, startService } from './service.ts';

let service: Service;
before(async () => {
  // A worker sends the mails; what it exports does not matter here.
  service = await startService({ worker: true });
});
after(() => service.stop());

async function request(
  account: string,
  user: Record<string, string> = {},
): Promise<{ id: string; path: string }> {
  const { body } = await call(service, 'POST', `/v1/exports?accountId=${account}`, basic(), {
    user: { id: 'u1', email: `${account}@example.com`, ...user },
  });
  const link = await mailedLink(service, 'confirm', account);
  return { id: body.id, path: new URL(link).pathname };
}

async function viewOf(account: string, id: string) {
  return (await call(service, 'GET', `/v1/exports/${id}?accountId=${account}`, basic())).body;
}

test('fetching the mailed link changes nothing, however often and by whatever method', async () => {
  const { id, path } = await request('c1');
  const agents = [
    'Mozilla/5.0',
    'GoogleImageProxy',
    'Microsoft Office Existence Discovery',
    'facebookexternalhit',
  ];
  for (const agent of agents) {
    assert.equal((await call(service, 'HEAD', path, { 'user-agent': agent })).status, 200);
    assert.equal((await call(service, 'GET', path, { 'user-agent': agent })).status, 200);
  }
  const view = await viewOf('c1', id);
  assert.equal(view.status, 'pending');
  assert.equal(view.confirmedAt, null);
});

test('the page says who asked for what, what will happen, and has one button that posts to itself', async () => {
  const { path } = await request('c2', { name: '<script>alert(1)</script>' });
  const { body, headers } = await call(service, 'GET', path);
  assert.match(headers.get('content-type') ?? '', /^text\/html; charset=utf-8/);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
  assert.match(body, /<meta name="robots" content="noindex">/);
  assert.match(body, /&lt;script&gt;alert\(1\)&lt;\/script&gt; \(c2@example\.com\)/);
  assert.match(body, /Acme &lt;Voice&gt;/);
  assert.match(body, /24 hours/);
  assert.deepEqual(body.match(/<form[^>]*>|<button[^>]*>/g), [
    '<form method="post">',
    '<button class="button">',
  ]);
  assert.doesNotMatch(body, /<script|style=|onclick|https?:\/\//);
});

test('the button confirms, and pressing it again is harmless', async () => {
  const { id, path } = await request('c3');
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const first = await call(service, 'POST', path, form, '');
  assert.equal(first.status, 200);
  assert.match(first.body, /Your export has started/);
  assert.match(first.body, /href="\/"/);
  const { confirmedAt } = await viewOf('c3', id);
  assert.ok(confirmedAt);

  const second = await call(service, 'POST', path, form, '');
  // An account that the source does not know soon fails, and then the link is over; until then it is harmless.
  assert.ok([200, 410].includes(second.status));
  assert.equal((await viewOf('c3', id)).confirmedAt, confirmedAt);
});

test('after the confirmation the link says so', async () => {
  const { path } = await request('a2');
  await call(service, 'POST', path);
  const { status, body } = await call(service, 'GET', path);
  assert.equal(status, 200);
  assert.match(body, /This export is already confirmed/);
  assert.doesNotMatch(body, /<form/);
});

test('once the file is there, the link says so and promises no mail that has gone', async () => {
  await completeExport(service, 'a1');
  const path = new URL(await mailedLink(service, 'confirm', 'a1')).pathname;
  for (const method of ['GET', 'POST']) {
    const { status, body } = await call(service, method, path);
    assert.equal(status, 200);
    assert.match(body, /The file is ready\. The download link went to a1@example\.com\./);
    assert.doesNotMatch(body, /as soon as the file is ready/);
  }
});

test('the page speaks the language of whoever asked, else of the browser', async () => {
  const german = await request('c4', { language: 'de' });
  assert.match(
    (await call(service, 'GET', german.path, { 'accept-language': 'en' })).body,
    /Datenexport starten\?/,
  );
  const unsaid = await request('c5');
  assert.match(
    (await call(service, 'GET', unsaid.path, { 'accept-language': 'de' })).body,
    /<html lang="de">/,
  );
  assert.match((await call(service, 'GET', unsaid.path)).body, /<html lang="en">/);
});

test('a link that is no longer good leads to a calm page and changes nothing', async () => {
  const { id, path } = await request('c6');
  await call(service, 'POST', `/v1/exports/${id}/cancel?accountId=c6`, basic());
  for (const bad of [path, `${path}x`, '/confirm/nothing']) {
    for (const method of ['GET', 'POST']) {
      const page = await call(service, method, bad, { accept: 'text/html' });
      assert.equal(page.status, 410);
      assert.match(page.body, /This link no longer works/);
      // Its export may have been made and be over, so the page does not say that nothing was exported.
      assert.match(page.body, /its export is over/);
      assert.doesNotMatch(page.body, /Nothing was exported/);
      assert.match(page.body, /Open the Data Export page/);
      const problem = await call(service, method, bad);
      assert.equal(problem.body.code, 'confirmation_invalid');
    }
  }
  assert.equal((await viewOf('c6', id)).status, 'cancelled');
});

test('a token of another purpose confirms nothing', async () => {
  const { body } = await call(service, 'POST', '/v1/portal-sessions', basic(), {
    accountId: 'a1',
    user: { id: 'u1', email: 'owner@example.com' },
  });
  const token = new URL(body.url).pathname.split('/').pop();
  assert.equal((await call(service, 'POST', `/confirm/${token}`)).status, 410);
  assert.equal((await call(service, 'GET', `/download/${token}`)).status, 410);
});

test('the button works until the deadline and not a moment longer', async () => {
  const { id, path } = await request('c7');
  service.advance(DAY_MS);
  assert.equal((await call(service, 'GET', path)).status, 410);
  assert.equal((await call(service, 'POST', path)).status, 410);
  const view = await viewOf('c7', id);
  assert.equal(view.status, 'expired');
  assert.equal(view.confirmedAt, null);
});
