import type { Session } from '../database.ts';
import type { Vault } from '../vault/vault.ts';
import type { Mail, Mailer } from './mailer.ts';

/** A mail that lies in the local mailbox. */
export interface MailboxEntry {
  id: string;
  /** The bare address. */
  to: string;
  subject: string;
  text: string;
  html: string;
  receivedAt: Date;
}

/** The *mailbox* takes the place of a mail server where there is none: on a developer's machine and in the demo. */
export interface Mailbox extends Mailer {
  /** Newest first. Throws `key_unusable` if the installation's key has changed meanwhile. */
  list(): Promise<MailboxEntry[]>;
}

export interface MailboxParts {
  db: Pick<Session, 'query'>;
  vault: Pick<Vault, 'sealValue' | 'openValue'>;
  now: () => Date;
}

/** Mails that are kept; older ones make room. */
const KEPT_MAILS = 200;

/** Keeps mails in Handover's own database, sealed: their links open doors. A mail sent twice appears once. */
export function createMailbox(parts: MailboxParts): Mailbox {
  return {
    async send(mail) {
      if (await insertMail(parts, mail)) await removeOldest(parts);
    },
    async list() {
      const rows = await findMails(parts);
      return rows.map((row) => openMail(parts, row));
    },
    async verify() {},
    async close() {},
  };
}

interface MailRow {
  id: string;
  sealed: Uint8Array;
  received_at: Date;
}

async function insertMail({ db, vault, now }: MailboxParts, mail: Mail): Promise<boolean> {
  const contents = { to: mail.to.email, subject: mail.subject, text: mail.text, html: mail.html };
  const sealed = vault.sealValue(new TextEncoder().encode(JSON.stringify(contents)), ownerOf(mail.id));
  const rows = await db.query(
    `insert into handover.mailbox_mails (id, sealed, received_at) values ($1, $2, $3)
     on conflict (id) do nothing returning id`,
    [mail.id, sealed, now()],
  );
  return rows.length > 0;
}

async function removeOldest({ db }: MailboxParts): Promise<void> {
  await db.query(
    `delete from handover.mailbox_mails where id in
       (select id from handover.mailbox_mails order by received_at desc, id offset $1)`,
    [KEPT_MAILS],
  );
}

async function findMails({ db }: MailboxParts): Promise<MailRow[]> {
  return db.query<MailRow>(
    `select id, sealed, received_at from handover.mailbox_mails order by received_at desc, id`,
  );
}

function openMail({ vault }: MailboxParts, row: MailRow): MailboxEntry {
  const contents: Omit<MailboxEntry, 'id' | 'receivedAt'> = JSON.parse(
    new TextDecoder().decode(vault.openValue(row.sealed, ownerOf(row.id))),
  );
  return { id: row.id, ...contents, receivedAt: row.received_at };
}

/** Bound into the seal, so that a mail cannot be passed off as another. */
function ownerOf(id: string): string {
  return `mailbox:${id}`;
}
