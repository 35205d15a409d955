import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { viewExport } from '../../src/steps/view-export.ts';
import { freePort } from '../support/free-port.ts';
import { startInstallation, waitFor } from '../support/installation.ts';

const paths = ['/dev/mail', '/dev/mail.json'];

describe('the local mailbox, which shows every link that was ever mailed', () => {
  it('is not there when people reach the service under another name than that of this machine', async (t) => {
    const port = String(await freePort());
    const { parts } = await startInstallation(t, {
      state: 'postgres',
      roles: { http: true, worker: false },
      env: { PORT: port, PUBLIC_URL: 'https://export.example.com' },
    });
    assert.equal(parts.mailbox, null);
    for (const path of paths) assert.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 404);
  });

  it('is not shown to who comes through a proxy on this machine', async (t) => {
    const { handover } = await startInstallation(t, {
      state: 'postgres',
      roles: { http: true, worker: false },
    });
    for (const path of paths) {
      const at = `${handover.address}${path}`;
      assert.equal((await fetch(at)).status, 200);
      for (const name of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Via']) {
        assert.equal((await fetch(at, { headers: { [name]: '203.0.113.9' } })).status, 404, name);
      }
    }
  });
});

it('without a mail server and without the mailbox a mail is said to be failing, and why', async (t) => {
  const { parts, request, logged } = await startInstallation(t, {
    state: 'postgres',
    env: { PUBLIC_URL: 'https://export.example.com' },
  });
  const { id } = await request();
  const mail = await waitFor('the mail to fail', async () => {
    const view = await viewExport(parts, id);
    return view?.mail.state === 'failing' ? view.mail : null;
  });
  assert.equal(mail.kind, 'confirmation');
  assert.match(mail.lastError ?? '', /No mail server is set up/);
  assert.match(logged(), /SMTP_URL is not set/);
});
