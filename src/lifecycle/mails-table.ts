import { randomUUID } from 'node:crypto';
import type { Session } from '../database.ts';

/** A mail that an export owes somebody. The letter itself is written when it is sent, with a fresh link in it. */
export interface OwedMail {
  id: string;
  exportId: string;
  letter: LetterName;
  queuedAt: Date;
  sentAt: Date | null;
  /** Sends that failed. */
  tries: number;
  /** What the mail server said last, without addresses. */
  lastError: string | null;
  givenUpAt: Date | null;
}
export type LetterName = 'confirmation' | 'ready' | 'failed';

/** Returns the id; null when the letter is one of which there is only one, and it was queued before. */
export async function insertMail(
  session: Session,
  mail: { exportId: string; letter: LetterName; now: Date },
): Promise<string | null> {
  const [row] = await session.query<{ id: string }>(
    `insert into handover.mails (id, export_id, letter, queued_at) values ($1, $2, $3, $4)
     on conflict do nothing returning id`,
    [randomUUID(), mail.exportId, mail.letter, mail.now],
  );
  return row?.id ?? null;
}

export async function findMail(session: Session, id: string): Promise<OwedMail | null> {
  const [row] = await session.query<OwedMail>(`${select} where id = $1`, [id]);
  return row ?? null;
}

/** The newest mail of an export, by which the page says whether one is on its way. */
export async function findLatestMail(session: Session, exportId: string): Promise<OwedMail | null> {
  const [row] = await session.query<OwedMail>(
    `${select} where export_id = $1 order by queued_at desc, id limit 1`,
    [exportId],
  );
  return row ?? null;
}

export async function findUnsentMails(session: Session): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    `select id from handover.mails where sent_at is null and given_up_at is null order by queued_at limit 1000`,
  );
  return rows.map((row) => row.id);
}

export async function recordMailSent(session: Session, id: string, now: Date): Promise<void> {
  await session.query(`update handover.mails set sent_at = $2, last_error = null where id = $1`, [id, now]);
}

export async function recordMailFailure(
  session: Session,
  failure: { id: string; error: string; givenUpAt: Date | null },
): Promise<void> {
  await session.query(
    `update handover.mails set tries = tries + 1, last_error = $2, given_up_at = $3 where id = $1`,
    [failure.id, failure.error, failure.givenUpAt],
  );
}

const select = `
  select id, export_id as "exportId", letter, queued_at as "queuedAt", sent_at as "sentAt", tries,
    last_error as "lastError", given_up_at as "givenUpAt"
  from handover.mails`;
