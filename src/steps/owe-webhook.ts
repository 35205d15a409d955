import type { Session } from '../database.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { insertDelivery } from '../lifecycle/webhook-deliveries-table.ts';
import { webhookOf } from './api-keys.ts';
import type { Parts } from './parts.ts';

/** Owes the key's webhook, if it has one, word of an export that ended; in the transaction that ended it. */
export async function oweWebhook(
  parts: Pick<Parts, 'queue' | 'now'>,
  tx: Session,
  { id, status, request, apiKey }: DataExport,
): Promise<void> {
  if (!request || !apiKey || !(await webhookOf(tx, apiKey))) return;
  const event = `export.${request.about}.${status === 'completed' ? 'success' : 'error'}`;
  const deliveryId = await insertDelivery(tx, { exportId: id, apiKey, event, now: parts.now() });
  if (deliveryId)
    await parts.queue.send(tx, 'send-webhook', { deliveryId, exportId: id }, { key: deliveryId });
}
