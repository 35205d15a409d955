import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basic, call, HOUR_MS, type Service, signIn, startService } from './service.ts';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.stop());

const person = { id: 'u1', email: 'owner@example.com' };

async function openLink(body: Record<string, unknown> = {}): Promise<string> {
  const { body: link } = await call(service, 'POST', '/v1/portal-sessions', basic(), {
    accountId: 'a1',
    user: person,
    ...body,
  });
  return new URL(link.url).pathname;
}

test('a server gets a one-time address for its customer', async () => {
  const { status, body, headers } = await call(service, 'POST', '/v1/portal-sessions', basic(), {
    accountId: 'a1',
    user: { ...person, name: 'The owner' },
    returnUrl: 'https://app.example.com/settings',
    language: 'de-AT',
    kind: 'account',
  });
  assert.equal(status, 201);
  assert.match(body.url, new RegExp(`^${service.url}/portal/[\\w-]{43}$`));
  const lifetimeMs = new Date(body.expiresAt).getTime() - service.parts.now().getTime();
  assert.ok(lifetimeMs > 4 * 60_000 && lifetimeMs <= 5 * 60_000);
  assert.equal(headers.get('cache-control'), 'no-store');
});

test('the address signs the browser in once and leads to the page', async () => {
  const link = await openLink();
  const first = await call(service, 'GET', link);
  assert.equal(first.status, 303);
  assert.equal(first.headers.get('location'), '/');
  assert.equal(first.headers.get('cache-control'), 'no-store');
  const cookie = first.headers.get('set-cookie') ?? '';
  assert.match(cookie, /^handover_session=[\w-]{43}; /);
  for (const attribute of ['Path=/', 'HttpOnly', 'SameSite=Lax'])
    assert.ok(cookie.includes(attribute), attribute);
  assert.doesNotMatch(cookie, /Secure|Domain/);

  const second = await call(service, 'GET', link);
  assert.equal(second.status, 410);
  assert.equal(second.body.code, 'portal_link_invalid');
  assert.equal(second.headers.get('set-cookie'), null);
});

test('of many browsers that open it at once, one is signed in', async () => {
  const link = await openLink();
  const answers = await Promise.all(Array.from({ length: 8 }, () => call(service, 'GET', link)));
  assert.equal(answers.filter(({ status }) => status === 303).length, 1);
  assert.equal(answers.filter(({ status }) => status === 410).length, 7);
});

test('looking at the address with HEAD does not use it up', async () => {
  const link = await openLink();
  assert.equal((await call(service, 'HEAD', link)).status, 404);
  assert.equal((await call(service, 'GET', link)).status, 303);
});

test('a person with a used link sees a calm page in their language', async () => {
  const { status, body, headers } = await call(service, 'GET', '/portal/used', {
    accept: 'text/html',
    'accept-language': 'de-CH, en;q=0.5',
  });
  assert.equal(status, 410);
  assert.match(headers.get('content-type') ?? '', /^text\/html/);
  assert.match(body, /<html lang="de">/);
  assert.match(body, /Bitte öffnen Sie diese Seite erneut/);
  assert.match(body, /Acme &lt;Voice&gt;/);
});

test('behind https the cookie is bound to this host and sent over https only', async () => {
  const https = await startService({ publicUrl: 'https://export.example.com' });
  try {
    const opened = await call(https, 'POST', '/v1/portal-sessions', basic(), {
      accountId: 'a1',
      user: person,
    });
    assert.match(opened.body.url, /^https:\/\/export\.example\.com\/portal\//);
    const entered = await call(https, 'GET', new URL(opened.body.url).pathname);
    const cookie = entered.headers.get('set-cookie') ?? '';
    assert.match(cookie, /^__Host-handover_session=/);
    assert.match(cookie, /Secure/);
    const [pair = ''] = cookie.split(';');
    assert.equal((await call(https, 'GET', '/v1/portal', { cookie: pair })).status, 200);
    // The name without the prefix, which a neighbour could plant, counts for nothing.
    const planted = pair.replace('__Host-', '');
    assert.equal((await call(https, 'GET', '/v1/portal', { cookie: planted })).status, 401);
  } finally {
    await https.stop();
  }
});

test('below a path, the browser is led to the page below that path', async () => {
  const below = await startService({ publicUrl: 'https://app.example.com/data-export' });
  try {
    const opened = await call(below, 'POST', '/v1/portal-sessions', basic(), {
      accountId: 'a1',
      user: person,
    });
    assert.match(opened.body.url, /^https:\/\/app\.example\.com\/data-export\/portal\//);
    const entered = await call(below, 'GET', new URL(opened.body.url).pathname.replace('/data-export', ''));
    assert.equal(entered.headers.get('location'), '/data-export/');
    const page = await call(below, 'GET', '/portal/used', { accept: 'text/html' });
    assert.match(page.body, /href="\/data-export\/v1\/brand\.css"/);
  } finally {
    await below.stop();
  }
});

test('the page learns all it shows from one call', async () => {
  const browser = await signIn(service, 'a1', {
    user: { ...person, name: 'The owner' },
    returnUrl: 'https://app.example.com/settings',
  });
  const { status, body } = await call(service, 'GET', '/v1/portal', browser);
  assert.equal(status, 200);
  assert.deepEqual(body.product, { name: 'Acme <Voice>', logo: true, support: 'help@acme.example' });
  assert.deepEqual(body.account, { id: 'a1' });
  assert.deepEqual(body.user, { ...person, name: 'The owner' });
  assert.equal(body.returnUrl, 'https://app.example.com/settings');
  assert.deepEqual(body.policy, {
    confirmByEmail: true,
    confirmationWindowSeconds: 86_400,
    downloadWindowSeconds: 86_400,
    cooldownSeconds: 86_400,
  });
  assert.deepEqual(
    body.categories.map(({ name, title }: { name: string; title: string }) => [name, title]),
    [
      ['account', 'Account'],
      ['contacts', 'Contacts'],
    ],
  );
  assert.deepEqual(body.categories[0].leftOut, [{ what: 'billing_key', reason: 'secret', note: null }]);
  assert.deepEqual(body.leftOut, [{ what: 'audit', reason: 'internal', note: 'Our own log' }]);
});

test("the language is the link's wish, else the person's, else the browser's, else the product's", async () => {
  const german = await signIn(service, 'a1', { language: 'de-AT' });
  const unsaid = await signIn(service);
  const languageOf = async (browser: Record<string, string>, path = '/v1/portal') =>
    (await call(service, 'GET', path, browser)).body.language;
  assert.equal(await languageOf({ ...german, 'accept-language': 'en' }), 'de');
  assert.equal(await languageOf({ ...unsaid, 'accept-language': 'fr, de;q=0.8, en;q=0.5' }), 'de');
  assert.equal(await languageOf({ ...unsaid, 'accept-language': 'fr' }), 'en');
  assert.equal(await languageOf(german, '/v1/portal?language=en'), 'en');
  const { body } = await call(service, 'GET', '/v1/portal', german);
  assert.equal(body.categories[0].title, 'Konto');
  assert.equal(body.leftOut[0].note, 'Unser Protokoll');
});

test('signing out ends the session, not only the cookie', async () => {
  const browser = await signIn(service);
  const out = await call(service, 'POST', '/v1/sign-out', browser, {});
  assert.equal(out.status, 204);
  assert.match(out.headers.get('set-cookie') ?? '', /^handover_session=; .*Expires=Thu, 01 Jan 1970/);
  assert.equal((await call(service, 'GET', '/v1/portal', browser)).body.code, 'unauthenticated');
});

test('every field that is wrong is named, with its rule and what would be right', async () => {
  const { status, body } = await call(service, 'POST', '/v1/portal-sessions', basic(), {
    accountId: 17,
    user: { id: '', email: 'nobody' },
    returnUrl: 'javascript:alert(1)',
    returnURL: 'https://app.example.com',
    language: '../../etc',
  });
  assert.equal(status, 400);
  assert.equal(body.code, 'invalid_request');
  assert.deepEqual(
    body.errors.map(({ field, rule }: { field: string; rule: string }) => `${field} ${rule}`).sort(),
    [
      'accountId type',
      'language format',
      'returnURL unknown',
      'returnUrl format',
      'user.email format',
      'user.id length',
    ],
  );
  for (const { message } of body.errors) assert.match(message, /`\w/);

  const empty = await call(service, 'POST', '/v1/portal-sessions', basic(), {});
  assert.deepEqual(
    empty.body.errors.map(({ field, rule }: { field: string; rule: string }) => `${field} ${rule}`),
    ['accountId required', 'user required'],
  );
});

test('a kind of export that the config does not name is refused', async () => {
  const { status, body } = await call(service, 'POST', '/v1/portal-sessions', basic(), {
    accountId: 'a1',
    user: person,
    kind: 'chat',
  });
  assert.equal(status, 404);
  assert.equal(body.code, 'kind_unknown');
});

test('a session and a link end when their time is over', async () => {
  const browser = await signIn(service);
  const link = await openLink();
  service.advance(5 * 60_000);
  assert.equal((await call(service, 'GET', link)).status, 410);
  assert.equal((await call(service, 'GET', '/v1/portal', browser)).status, 200);
  service.advance(8 * HOUR_MS);
  assert.equal((await call(service, 'GET', '/v1/portal', browser)).status, 401);
});
