import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import { basic, call, mailedLink, type Service, startService } from './service.ts';

let service: Service;
before(async () => {
  service = await startService({ showMailbox: true, worker: true });
});
after(() => service.stop());

test('mails appear in the local mailbox, as a page and as JSON', async () => {
  assert.match((await call(service, 'GET', '/dev/mail')).body, /No mails yet/);
  await call(service, 'POST', '/v1/exports?accountId=a1', basic(), {
    user: { id: 'u1', email: 'm1@example.com' },
  });
  await mailedLink(service, 'confirm', 'm1');

  const { body: mails } = await call(service, 'GET', '/dev/mail.json');
  assert.equal(mails.length, 1);
  assert.deepEqual(Object.keys(mails[0]).sort(), ['html', 'id', 'receivedAt', 'subject', 'text', 'to']);
  assert.equal(mails[0].to, 'm1@example.com');

  const { body: page } = await call(service, 'GET', '/dev/mail');
  assert.match(page, /m1@example\.com/);
  assert.match(page, new RegExp(`<iframe src="/dev/mail/${mails[0].id}\\.html"[^>]* sandbox="[^"]*"`, 's'));
  assert.match(page, /<pre>/);
});

test('a mail is shown in a sandbox: it may be styled, runs nothing, and its links open the whole window', async () => {
  const { body: mails } = await call(service, 'GET', '/dev/mail.json');
  const { status, body, headers } = await call(service, 'GET', `/dev/mail/${mails[0].id}.html`);
  assert.equal(status, 200);
  assert.match(body, /<base target="_top">/);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /sandbox allow-top-navigation-by-user-activation allow-popups allow-downloads$/);
  assert.doesNotMatch(policy, /script-src|allow-scripts|allow-same-origin/);
  assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN');
  assert.equal((await call(service, 'GET', '/dev/mail/none.html')).status, 404);
});

test('under a name that is not of this machine there is no mailbox', async () => {
  const port = Number(new URL(service.url).port);
  const statusUnder = (host: string, path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  for (const path of ['/dev/mail', '/dev/mail.json']) {
    for (const host of [
      'rebound.example',
      'rebound.example:4600',
      '127.0.0.1.rebound.example',
      'localhost.example',
    ]) {
      assert.equal(await statusUnder(host, path), 404, host);
    }
    for (const host of ['localhost', 'localhost:4600', '127.0.0.1:4600', '[::1]:4600']) {
      assert.equal(await statusUnder(host, path), 200, host);
    }
  }
});

test('where it is not asked for, there is no mailbox', async () => {
  const closed = await startService({ showMailbox: false });
  try {
    for (const path of ['/dev/mail', '/dev/mail.json', '/dev/mail.js']) {
      assert.equal((await call(closed, 'GET', path)).status, 404, path);
    }
  } finally {
    await closed.stop();
  }
});
