import { HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { lockExport } from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import { findLatestMail } from '../lifecycle/mails-table.ts';
import { oweMail } from './owe-mail.ts';
import type { Parts } from './parts.ts';

/** Between two confirmation mails of one export, in milliseconds: enough for a mail to arrive. */
export const RESEND_PAUSE_MS = 60_000;

/** Sends a fresh confirmation link; the earlier ones keep working. Throws `export_not_pending`, `resend_too_soon`. */
export async function resendConfirmation(
  parts: Pick<Parts, 'db' | 'queue' | 'now'>,
  id: string,
  actor: string,
): Promise<DataExport> {
  const now = parts.now();
  return parts.db.transaction(async (tx) => {
    // Of several at once, each sees the mail of the one before.
    const data = await lockExport(tx, id);
    if (!data) throw new HandoverError('export_not_found');
    if (data.status !== 'pending' || (data.confirmBy && data.confirmBy <= now)) {
      throw new HandoverError('export_not_pending');
    }
    const latest = await findLatestMail(tx, id);
    const availableAt = latest && new Date(latest.queuedAt.getTime() + RESEND_PAUSE_MS);
    if (availableAt && availableAt > now) {
      throw new HandoverError('resend_too_soon', undefined, {
        details: { availableAt: availableAt.toISOString() },
      });
    }
    await recordEvent(tx, id, { event: 'confirmation resent', actor, at: now });
    await oweMail(parts, tx, id, 'confirmation');
    return data;
  });
}
