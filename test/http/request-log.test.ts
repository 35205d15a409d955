import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic, call, completeExport, mailedLink, SECRET, signIn, startService } from './service.ts';

test('a whole life leaves no token, secret, cookie, body or e-mail address in the log', async () => {
  const service = await startService({ worker: true });
  try {
    const browser = await signIn(service, 'a1', { user: { id: 'u1', email: 'CANARY.person@example.com' } });
    const { id } = await completeExport(service);
    const links = [await mailedLink(service, 'confirm', 'a1'), await mailedLink(service, 'download', 'a1')];
    for (const link of links) await fetch(link);
    await call(service, 'GET', `/v1/exports/${id}/archive?accountId=a1&CANARY=query`, basic());
    await call(service, 'POST', '/v1/portal-sessions', basic(), '{"CANARY_BODY": ');
    await call(service, 'GET', '/v1/exports?accountId=a1', basic('CANARY_KEY', 'CANARY_SECRET'));
    await call(service, 'GET', `/portal/CANARY_TOKEN_of_a_portal_link_0123456789012345`);

    const log = service.logged();
    assert.match(log, /"url":"\/confirm\/\[redacted\]"/);
    assert.match(log, /"url":"\/download\/\[redacted\]"/);
    assert.match(log, /"url":"\/portal\/\[redacted\]"/);
    const secrets = [
      'CANARY',
      'example.com',
      SECRET,
      basic().authorization.slice(6),
      browser.cookie.split('=')[1] ?? '',
      ...links.map((link) => link.split('/').pop() ?? ''),
    ];
    for (const secret of secrets) assert.ok(!log.includes(secret), `the log has ${secret}`);
  } finally {
    await service.stop();
  }
});

test('each request is one line, with the number that its answer names', async () => {
  const service = await startService();
  try {
    const { headers } = await call(service, 'GET', '/v1/exports?accountId=a1', basic());
    const number = headers.get('x-request-id') ?? '';
    const lines = service
      .logged()
      .split('\n')
      .filter((line) => line.includes(number))
      .map((line) => JSON.parse(line));
    assert.equal(lines.length, 1);
    const { method, url, status, ms, msg } = lines[0];
    assert.deepEqual(
      { method, url, status, msg },
      { method: 'GET', url: '/v1/exports', status: 200, msg: 'request' },
    );
    assert.equal(typeof ms, 'number');
  } finally {
    await service.stop();
  }
});
