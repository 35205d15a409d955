import type { Session } from '../database.ts';
import type { OwedMail } from './mails-table.ts';

/** What became of an export outside of itself. */
export interface MailAndDownloads {
  /** The newest. */
  mail: Pick<OwedMail, 'letter' | 'queuedAt' | 'sentAt' | 'tries' | 'lastError' | 'givenUpAt'> | null;
  /** How often the archive was handed out: a download that goes on where it broke is the same one. */
  downloads: number;
}

/** Of many exports at once, by id: a history of fifty costs what one costs. */
export async function findMailsAndDownloads(
  session: Session,
  exportIds: string[],
): Promise<Map<string, MailAndDownloads>> {
  const rows = await session.query<Row>(
    `select e.id, m.letter, m.queued_at as "queuedAt", m.sent_at as "sentAt", m.tries, m.last_error as "lastError",
       m.given_up_at as "givenUpAt",
       (select count(*) from handover.export_events v
        where v.export_id = e.id and v.event = 'downloaded' and v.details ->> 'start' = '0')::int as downloads
     from unnest($1::uuid[]) as e(id)
     left join lateral (
       select * from handover.mails where export_id = e.id order by queued_at desc, id limit 1
     ) m on true`,
    [exportIds],
  );
  return new Map(
    rows.map(({ id, downloads, letter, ...mail }) => [
      id,
      { mail: letter === null ? null : { letter, ...mail }, downloads },
    ]),
  );
}

type Row = Omit<NonNullable<MailAndDownloads['mail']>, 'letter'> & {
  id: string;
  letter: OwedMail['letter'] | null;
  downloads: number;
};
