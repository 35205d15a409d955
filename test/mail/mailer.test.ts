import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, type TestContext, test } from 'node:test';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { MailError } from '../../src/mail/mail-error.ts';
import { createMailer, type Mailer } from '../../src/mail/mailer.ts';
import { startSmtp, type TestSmtp } from '../support/smtp.ts';
import { confirmation, confirmUrl, look, mailTo, ready } from './samples.ts';

const sender = { from: null, publicUrl: 'https://export.example.com', senderName: 'Example Voice' };
let smtp: TestSmtp;
let mailer: Mailer;

before(async () => {
  smtp = await startSmtp();
  mailer = createMailer({ ...sender, smtpUrl: smtp.url });
});
after(async () => {
  await mailer.close();
  await smtp.stop();
});

test('a mail arrives with its text and its HTML as they were written', async () => {
  const letter = ready(look('de'));
  await mailer.send(mailTo('arrives@example.com', letter));
  const mail = await smtp.waitForMail(({ to }) => to.includes('arrives@example.com'));
  assert.equal(mail.subject, letter.subject);
  assert.equal(mail.text.replaceAll('\r\n', '\n').trimEnd(), letter.text.trimEnd());
  assert.equal(mail.html.replaceAll('\r\n', '\n').trimEnd(), letter.html.trimEnd());
  assert.match(mail.headers['content-type'] ?? '', /^multipart\/alternative/);
  assert.ok(mail.raw.indexOf('text/plain') < mail.raw.indexOf('text/html'), 'the richer form comes last');
});

test('nobody is asked to answer automatically', async () => {
  await mailer.send(mailTo('quiet@example.com'));
  const { headers } = await smtp.waitForMail(({ to }) => to.includes('quiet@example.com'));
  assert.equal(headers['auto-submitted'], 'auto-generated');
  assert.equal(headers['x-auto-response-suppress'], 'All');
});

test('a mail that is tried again keeps its Message-ID, under the public host', async () => {
  const mail = mailTo('again@example.com', { id: '1d9f3f6e-58f8-4a2a-8a3e-3f1f3a8fbe10' });
  await mailer.send(mail);
  await mailer.send({ ...mail, ...confirmation(look('en'), { now: new Date('2026-02-28T14:00:00Z') }) });
  await mailer.send({ ...mail, id: 'ready: <x>\r\nBcc: eve@example.com' });
  const [first, second, other] = smtp.mails
    .filter(({ to }) => to.includes('again@example.com'))
    .map(({ headers }) => headers['message-id']);
  assert.equal(first, '<1d9f3f6e-58f8-4a2a-8a3e-3f1f3a8fbe10@export.example.com>');
  assert.equal(second, first);
  assert.match(other ?? '', /^<[0-9a-f]{64}@export\.example\.com>$/);
});

test('names in any script reach the other side whole', async () => {
  for (const [index, name] of ['Zoë Ünlü', '王小明', 'Ada 👩‍💻', `O'Neill, "Jr" <x>; (y)`].entries()) {
    await mailer.send(
      mailTo(`name${index}@example.com`, { to: { email: `name${index}@example.com`, name } }),
    );
    const { raw } = await smtp.waitForMail(({ to }) => to.includes(`name${index}@example.com`));
    assert.deepEqual((await PostalMime.parse(raw)).to, [{ name, address: `name${index}@example.com` }]);
  }
});

test('neither a name nor a subject can add a header or a recipient', async () => {
  const evil = 'Kim\r\nBcc: eve@example.com\r\n\r\n<eve@example.com>, eve@example.com';
  await mailer.send(
    mailTo('target@example.com', { subject: evil, to: { email: 'target@example.com', name: evil } }),
  );
  const mail = await smtp.waitForMail(({ to }) => to.includes('target@example.com'));
  assert.deepEqual(mail.to, ['target@example.com']);
  const { bcc, to } = await PostalMime.parse(mail.raw);
  assert.equal(bcc, undefined);
  assert.deepEqual(
    to?.map(({ address }) => address),
    ['target@example.com'],
  );
  assert.doesNotMatch(mail.raw, /^Bcc:/im);
});

test('an address that is more than one is refused for good, before any server sees it', async () => {
  const before = smtp.mails.length;
  for (const email of [
    'a@example.com, b@example.com',
    'a@example.com\r\nRCPT TO:<b@example.com>',
    'nobody',
  ]) {
    await assert.rejects(mailer.send(mailTo(email)), isMailError('permanent', 'address_invalid'));
  }
  assert.equal(smtp.mails.length, before);
});

test('a refused recipient is final, a deferred one is worth another try', async () => {
  smtp.refuse((recipient) =>
    recipient === 'gone@example.com' ? 550 : recipient === 'full@example.com' ? 451 : null,
  );
  await assert.rejects(
    mailer.send(mailTo('gone@example.com')),
    isMailError('permanent', 'recipient_refused', /550/),
  );
  await assert.rejects(
    mailer.send(mailTo('full@example.com')),
    isMailError('temporary', 'recipient_deferred', /451/),
  );
  await mailer.send(mailTo('fine@example.com'));
  assert.ok(
    smtp.mails.some(({ to }) => to.includes('fine@example.com')),
    'the connection is still good',
  );
});

test('while the server is down a mail is worth another try, and it goes out when the server is back', async () => {
  await smtp.pause();
  await assert.rejects(
    mailer.send(mailTo('later@example.com')),
    isMailError('temporary', 'server_unreachable'),
  );
  await assert.rejects(mailer.verify(), isMailError('temporary', 'server_unreachable'));
  await smtp.resume();
  await mailer.verify();
  await mailer.send(mailTo('later@example.com'));
  assert.equal(smtp.mails.filter(({ to }) => to.includes('later@example.com')).length, 1);
});

test('a host that does not exist is worth another try', async (t) => {
  const lost = mailerFor(t, 'smtp://no-such-host.invalid:25');
  await assert.rejects(lost.send(mailTo('kim@example.com')), isMailError('temporary', 'server_unreachable'));
});

test('a server that hangs up on the greeting is worth another try', async (t) => {
  const server = createServer((socket) => socket.end('554 5.3.2 Not today, kim@example.com\r\n'));
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const busy = mailerFor(t, `smtp://127.0.0.1:${portOf(server)}`);
  await assert.rejects(busy.send(mailTo('kim@example.com')), isMailError('temporary', undefined));
});

test('a mail that the server does not take at all is final', async (t) => {
  const { port } = await startServer(t, {
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, callback) {
      stream.resume();
      stream.on('end', () =>
        callback(Object.assign(new Error('5.7.1 Spam from no-reply@x'), { responseCode: 554 })),
      );
    },
  });
  const refused = mailerFor(t, `smtp://127.0.0.1:${port}`);
  await assert.rejects(
    refused.send(mailTo('kim@example.com')),
    isMailError('permanent', 'mail_refused', /\(554 5\.7\.1\)$/),
  );
});

test('a sender that the server does not take can be mended by the operator, so it is tried again', async (t) => {
  const { port } = await startServer(t, {
    disabledCommands: ['AUTH', 'STARTTLS'],
    onMailFrom: (_address, _session, callback) =>
      callback(Object.assign(new Error('Sender no-reply@x rejected'), { responseCode: 553 })),
  });
  const refused = mailerFor(t, `smtp://127.0.0.1:${port}`);
  await assert.rejects(
    refused.send(mailTo('kim@example.com')),
    isMailError('temporary', 'sender_refused', /553/),
  );
});

test('login and mail go through STARTTLS, and the login is right', async (t) => {
  const logins: unknown[] = [];
  const { port, received } = await startServer(t, {
    onAuth({ username, password }, { secure }, callback) {
      logins.push({ username, password, secure });
      callback(null, { user: username });
    },
  });
  const secure = mailerFor(
    t,
    `smtp://us%40er:${encodeURIComponent(password)}@127.0.0.1:${port}?requireTLS=true&tls.rejectUnauthorized=false`,
  );
  await secure.send(mailTo('kim@example.com'));
  assert.deepEqual(logins, [{ username: 'us@er', password, secure: true }]);
  assert.deepEqual(received, [{ secure: true, recipients: ['kim@example.com'] }]);
});

test('a certificate that nobody vouches for stops the mail, and says so', async (t) => {
  const { port, received } = await startServer(t, { authOptional: true });
  const careful = mailerFor(t, `smtp://127.0.0.1:${port}?requireTLS=true`);
  await assert.rejects(
    careful.send(mailTo('kim@example.com')),
    isMailError('temporary', 'connection_insecure'),
  );
  assert.deepEqual(received, []);
});

test('a server without TLS gets no login where TLS is required', async (t) => {
  const { port, received } = await startServer(t, {
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: () => assert.fail('the password went out in the clear'),
  });
  const careful = mailerFor(
    t,
    `smtp://user:${encodeURIComponent(password)}@127.0.0.1:${port}?requireTLS=true`,
  );
  await assert.rejects(
    careful.send(mailTo('kim@example.com')),
    isMailError('temporary', 'connection_insecure'),
  );
  assert.deepEqual(received, []);
});

test('a refused login is worth another try and repeats neither user nor password', async (t) => {
  const { port } = await startServer(t, {
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, callback) =>
      callback(new Error(`No ${username} with ${password}`)),
  });
  const locked = mailerFor(t, `smtp://postmaster:${encodeURIComponent(password)}@127.0.0.1:${port}`);
  const check = isMailError('temporary', 'login_refused', /535/);
  await assert.rejects(locked.send(mailTo('kim@example.com')), check);
  await assert.rejects(locked.verify(), check);
});

test('closing waits for the mails that are being sent', async (t) => {
  const closing = mailerFor(t, smtp.url);
  const sent = Promise.all(
    ['one', 'two', 'three', 'four', 'five'].map((name) => closing.send(mailTo(`${name}@closing.example`))),
  );
  await closing.close();
  await sent;
  assert.equal(smtp.mails.filter(({ to }) => to[0]?.endsWith('@closing.example')).length, 5);
});

const password = 'pa55-w0rd/sekret';

/** Closed when the test ends, however it ends. */
function mailerFor(t: TestContext, smtpUrl: string): Mailer {
  const mailer = createMailer({ ...sender, smtpUrl });
  t.after(() => mailer.close());
  return mailer;
}

/** Checks the class and that the error tells nothing that is secret or personal, however it is printed. */
function isMailError(lasting: MailError['lasting'], reason: MailError['reason'] | undefined, message = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof MailError, String(error));
    assert.equal(error.lasting, lasting, error.message);
    if (reason) assert.equal(error.reason, reason, error.message);
    assert.match(error.message, message);
    const printed = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    for (const secret of [password, 'postmaster', 'us@er', 'example.com', 'invalid:25', confirmUrl]) {
      assert.ok(!printed.includes(secret), `${secret} in ${printed}`);
    }
    return true;
  };
}

/** A mail server as a test asks for it, with a certificate that nobody vouches for. Stopped when the test ends. */
async function startServer(t: TestContext, options: SMTPServerOptions) {
  const received: { secure: boolean; recipients: string[] }[] = [];
  const server = new SMTPServer({
    disableReverseLookup: true,
    closeTimeout: 1,
    onData(stream, { secure, envelope }, callback) {
      stream.resume();
      stream.on('end', () => {
        received.push({ secure, recipients: envelope.rcptTo.map(({ address }) => address) });
        callback();
      });
    },
    ...options,
  });
  server.on('error', () => {}); // a client that hangs up is no news
  const socket = server.listen(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: portOf(socket), received };
}

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  assert.ok(address && typeof address === 'object' && 'port' in address && typeof address.port === 'number');
  return address.port;
}
