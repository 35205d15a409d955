import type { OwedMail } from './mails-table.ts';

/** What became of an export outside of itself. */
export interface MailAndDownloads {
  /** The newest. */
  mail: Pick<OwedMail, 'letter' | 'queuedAt' | 'sentAt' | 'tries' | 'lastError' | 'givenUpAt'> | null;
  /** How often the archive was handed out: a download that goes on where it broke is the same one. */
  downloads: number;
}

/** As columns beside those of an export `e`. */
export interface MailColumns extends Omit<NonNullable<MailAndDownloads['mail']>, 'letter'> {
  letter: OwedMail['letter'] | null;
  downloads: number;
}

export const mailColumns = `
  m.letter, m.queued_at as "queuedAt", m.sent_at as "sentAt", m.tries, m.last_error as "lastError",
  m.given_up_at as "givenUpAt",
  (select count(*) from handover.export_events v
   where v.export_id = e.id and v.event = 'downloaded' and v.details ->> 'start' = '0')::int as downloads`;

export const newestMail = `
  left join lateral (
    select * from handover.mails where export_id = e.id order by queued_at desc, id limit 1
  ) m on true`;

export function withMail<Columns extends MailColumns>(row: Columns) {
  const { letter, queuedAt, sentAt, tries, lastError, givenUpAt, ...others } = row;
  const mail: MailAndDownloads['mail'] =
    letter === null ? null : { letter, queuedAt, sentAt, tries, lastError, givenUpAt };
  return { ...others, mail };
}
