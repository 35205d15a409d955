import { isRefusal } from '../errors.ts';
import { findExport, findUnfinished, findUnremoved } from '../lifecycle/data-exports-table.ts';
import { findUnsentMails } from '../lifecycle/mails-table.ts';
import { findUnproved } from '../lifecycle/manifests-table.ts';
import { deleteExpiredTokens } from '../lifecycle/tokens-table.ts';
import { findUndelivered } from '../lifecycle/webhook-deliveries-table.ts';
import { deleteLostWorkers } from '../lifecycle/workers-table.ts';
import { expireOverdue } from './end-export.ts';
import { failExport } from './fail-export.ts';
import type { Parts } from './parts.ts';
import { queueProcessing } from './process-export.ts';
import { queueProof } from './queue-proof.ts';

const LOST_WORKER_MS = 24 * 3_600_000;

/**
 * Once a minute: ends what is past its deadline, and gives a job to whatever waits without one. A job that exists
 * is not doubled, so this also mends a queue that was emptied by hand or restored from an older backup.
 */
export async function sweep(
  parts: Pick<Parts, 'config' | 'db' | 'queue' | 'now' | 'log' | 'tracing'>,
): Promise<void> {
  const { db, queue } = parts;
  const now = parts.now();
  const expired = await db.transaction((tx) => expireOverdue(parts, tx, null));
  if (expired > 0) parts.log.info({ expired }, 'exports expired');

  for (const id of await findUnfinished(db)) {
    const data = await findExport(db, id);
    if (!data) continue;
    try {
      await queueProcessing(parts, null, data);
    } catch (error) {
      // Its kind has left the config: one such export must not keep the sweep from the others.
      if (!isRefusal(error)) throw error;
      await failExport(parts, { exportId: id, attempt: null }, error);
    }
  }
  for (const mailId of await findUnsentMails(db))
    await queue.send(null, 'send-mail', { mailId }, { key: mailId });
  for (const deliveryId of await findUndelivered(db)) {
    await queue.send(null, 'send-webhook', { deliveryId }, { key: deliveryId });
  }
  for (const id of await findUnproved(db)) {
    const data = await findExport(db, id);
    if (data) await queueProof(parts, null, data);
  }
  for (const exportId of await findUnremoved(db))
    await queue.send(null, 'remove-archive', { exportId }, { key: exportId });
  await deleteExpiredTokens(db, now);
  await deleteLostWorkers(db, new Date(now.getTime() - LOST_WORKER_MS));
}
