import type { Session } from '../database.ts';
import { insertMail, type LetterName } from '../lifecycle/mails-table.ts';
import type { Parts } from './parts.ts';

/** Owes somebody a letter, and queues its sending, in the transaction that is the reason for it. */
export async function oweMail(
  { queue, now }: Pick<Parts, 'queue' | 'now'>,
  tx: Session,
  exportId: string,
  letter: LetterName,
): Promise<void> {
  const mailId = await insertMail(tx, { exportId, letter, now: now() });
  if (mailId) await queue.send(tx, 'send-mail', { mailId, exportId }, { key: mailId });
}
