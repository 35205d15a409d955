import type { DataExport } from '../lifecycle/data-export.ts';
import { completeExport, findExport } from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import { findAttemptState, findDoneParts } from '../lifecycle/export-parts-table.ts';
import { archiveLayout } from './archive-layout.ts';
import { oweMail } from './owe-mail.ts';
import { oweWebhook } from './owe-webhook.ts';
import { limitsOf, type Parts } from './parts.ts';
import { traceLife } from './trace-life.ts';

/**
 * Completes an export if every part of the attempt is done. Everybody who finishes a part calls it, and one
 * statement lets one of them do it; the ready mail is owed in the same transaction, so there is one.
 */
export async function finishExport(
  parts: Pick<Parts, 'config' | 'db' | 'queue' | 'now' | 'log' | 'tracing'>,
  { id, attempt }: Pick<DataExport, 'id' | 'attempt'>,
): Promise<void> {
  const key = { exportId: id, attempt };
  const { open } = await findAttemptState(parts.db, key);
  const data = await findExport(parts.db, id);
  if (open.length > 0 || !data || data.status !== 'processing' || data.attempt !== attempt) return;

  const layout = archiveLayout(data, await findDoneParts(parts.db, key));
  const now = parts.now();
  const { downloadWindowMs } = limitsOf(parts.config, data);
  const completed = await parts.db.transaction(async (tx) => {
    const done = await completeExport(tx, {
      id,
      attempt,
      now,
      expiresAt: new Date(now.getTime() + downloadWindowMs),
      archiveBytes: layout.sizeBytes,
    });
    if (!done) return null;
    await recordEvent(tx, id, {
      event: 'completed',
      actor: 'system',
      at: now,
      details: { rows: done.rowsDone, bytes: done.bytes },
    });
    if (done.door === 'account') await oweMail(parts, tx, id, 'ready');
    else await oweWebhook(parts, tx, done);
    return done;
  });
  if (completed) {
    parts.log.info({ exportId: id, rows: completed.rowsDone, bytes: completed.bytes }, 'export completed');
    traceLife(parts, completed, now);
  }
}
