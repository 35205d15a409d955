import { EventEmitter, once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A mail as a mail program shows it, and as it came over the wire. */
export interface TestMail {
  /** Addresses of the envelope. */
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** Unfolded values by lower-case name. */
  headers: Record<string, string>;
  raw: string;
  receivedAt: Date;
}

export interface TestSmtp {
  /** For `SMTP_URL`. */
  url: string;
  /** Every mail accepted so far, oldest first. */
  mails: TestMail[];
  /** The first mail that matches, received already or to come. Throws after `timeoutMs` (10,000). */
  waitForMail(match: (mail: TestMail) => boolean, options?: { timeoutMs?: number }): Promise<TestMail>;
  /** Answers each recipient with an SMTP code: `550` is final, `451` asks to come back. Null accepts. */
  refuse(codeFor: (recipient: string) => number | null): void;
  /** The server is down: connections are refused. */
  pause(): Promise<void>;
  /** Up again, at the same address. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** A mail server on a free port of the loopback interface, without TLS and without passwords. */
export async function startSmtp(): Promise<TestSmtp> {
  const mails: TestMail[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0); // as many as wait for a mail
  let codeFor: (recipient: string) => number | null = () => null;
  let server: SMTPServer | null = null;
  let port = 0;

  async function listen() {
    server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 1,
      onRcptTo({ address }, _session, callback) {
        const code = codeFor(address);
        callback(code ? Object.assign(new Error('Refused by the test'), { responseCode: code }) : null);
      },
      onData(stream, { envelope }, callback) {
        receive(stream, envelope).then(() => callback(), callback);
      },
    });
    server.on('error', () => {}); // a client that hangs up is no news
    const socket = server.listen(port, '127.0.0.1');
    await once(socket, 'listening');
    const address = socket.address();
    if (address && typeof address === 'object') port = address.port;
  }

  async function receive(
    stream: AsyncIterable<Uint8Array>,
    envelope: { mailFrom: false | { address: string }; rcptTo: { address: string }[] },
  ) {
    const raw = await buffer(stream);
    const mail = await PostalMime.parse(raw);
    mails.push({
      from: envelope.mailFrom ? envelope.mailFrom.address : '',
      to: envelope.rcptTo.map((recipient) => recipient.address),
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      html: mail.html ?? '',
      headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
      raw: raw.toString('utf8'),
      receivedAt: new Date(),
    });
    arrivals.emit('mail');
  }

  async function close() {
    const closing = server;
    server = null;
    if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()));
  }

  await listen();
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    async waitForMail(match, { timeoutMs = 10_000 } = {}) {
      const signal = AbortSignal.timeout(timeoutMs);
      for (;;) {
        const mail = mails.find(match);
        if (mail) return mail;
        await once(arrivals, 'mail', { signal }).catch(() => {
          const received = mails.map(({ to, subject }) => `${to}: ${subject}`).join('\n') || 'none';
          throw new Error(`No such mail within ${timeoutMs} ms. Received so far:\n${received}`);
        });
      }
    },
    refuse(decide) {
      codeFor = decide;
    },
    pause: close,
    resume: listen,
    stop: close,
  };
}
