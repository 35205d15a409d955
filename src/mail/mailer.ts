import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { isAddress, mailDomain, senderAddress } from './addresses.ts';
import { type Letter, oneLine } from './letter.ts';
import { MailError, mailErrorFrom } from './mail-error.ts';
import { parseSmtpUrl } from './smtp-url.ts';

/** A letter on its way to somebody. */
export interface Mail extends Letter {
  /** The same at every try: becomes the Message-ID, so that a mail sent twice after a crash is seen to be one. */
  id: string;
  to: { email: string; name: string | null };
}

export interface Mailer {
  /** Resolves once the mail server has taken the mail. Throws a `MailError`. */
  send(mail: Mail): Promise<void>;
  /** Connects and logs in, without sending. Throws a `MailError`. */
  verify(): Promise<void>;
  /** Lets mails finish that are being sent; afterwards nothing can be sent. */
  close(): Promise<void>;
}

export interface MailerOptions {
  /** `SMTP_URL` */
  smtpUrl: string;
  /** `MAIL_FROM`; null is `no-reply` at the public host. */
  from: string | null;
  publicUrl: string;
  /** Shown as the sender if `from` has no name: the product's. */
  senderName: string;
}

/**
 * Sends by SMTP, over a few connections that are kept open for the next mail. Throws `environment_invalid` if
 * `SMTP_URL` or `MAIL_FROM` is not right; a server that is away shows when a mail is sent.
 */
export function createMailer(options: MailerOptions): Mailer {
  const from = senderAddress(options.from, options.publicUrl, options.senderName);
  const domain = mailDomain(options.publicUrl);
  const transport = createTransport({ ...parseSmtpUrl(options.smtpUrl), ...patience, pool: true });
  const sending = new Set<Promise<unknown>>();

  return {
    async send(mail) {
      if (!isAddress(mail.to.email)) throw new MailError('address_invalid');
      const sent = transport.sendMail({
        from,
        to: { name: oneLine(mail.to.name ?? '', 80), address: mail.to.email },
        subject: oneLine(mail.subject),
        text: mail.text,
        html: mail.html,
        messageId: messageId(mail.id, domain),
        headers: {
          'Auto-Submitted': 'auto-generated', // RFC 3834: no holiday reply, please
          'X-Auto-Response-Suppress': 'All', // the same, as Exchange reads it
        },
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: AbortSignal.timeout(WHOLE_SEND_MS),
      });
      sending.add(sent);
      try {
        await sent;
      } catch (error) {
        throw mailErrorFrom(error);
      } finally {
        sending.delete(sent);
      }
    },
    async verify() {
      try {
        await transport.verify();
      } catch (error) {
        throw mailErrorFrom(error);
      }
    },
    async close() {
      await Promise.allSettled(sending);
      transport.close();
    },
  };
}

/**
 * How long a mail server may keep us waiting. RFC 5321, section 4.5.3.2 allows minutes for a step; a mail that is
 * tried again anyway need not hold a worker that long.
 */
const patience = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
  maxConnections: 3,
  // Once, for a kept connection that the server has dropped; any further try is the caller's, counted and shown.
  maxRequeues: 1,
};
/** Also ends a dialogue in which the server answers a byte at a time, which no socket timeout notices. */
const WHOLE_SEND_MS = 120_000;

/** `<id@host>`; an id with characters that have a meaning there is replaced by its hash. */
function messageId(id: string, domain: string): string {
  const local = /^[\w-]{1,128}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
  return `<${local}@${domain}>`;
}
