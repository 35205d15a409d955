import { createHmac } from 'node:crypto';
import type { DataExport } from '../lifecycle/data-export.ts';
import { findExport } from '../lifecycle/data-exports-table.ts';
import {
  findDelivery,
  recordDelivered,
  recordDeliveryFailure,
  type WebhookDelivery,
} from '../lifecycle/webhook-deliveries-table.ts';
import { findApiKeySecret, webhookOf } from './api-keys.ts';
import type { Parts } from './parts.ts';
import { signAddress } from './signed-address.ts';

type WebhookParts = Pick<Parts, 'config' | 'db' | 'vault' | 'now' | 'publicUrl' | 'presetKey' | 'log'>;

/** How long the product's server may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Tells the product's server that an export ended, signed with the key's secret. An answer of 2xx is delivery; all
 * else is tried again. A key that was revoked since, or lost its webhook, is told nothing.
 */
export async function sendWebhook(
  parts: WebhookParts,
  deliveryId: string,
  run: { isLastTry: boolean },
): Promise<void> {
  const delivery = await findDelivery(parts.db, deliveryId);
  if (!delivery || delivery.deliveredAt || delivery.givenUpAt) return;
  const data = await findExport(parts.db, delivery.exportId);
  const url = await webhookOf(parts.db, delivery.apiKey);
  const key = await findApiKeySecret(parts, delivery.apiKey);
  if (!data || !url || !key) {
    const error = 'not sent: the key was revoked or has no webhook any more';
    return recordDeliveryFailure(parts.db, { id: deliveryId, error, givenUpAt: parts.now() });
  }
  try {
    await post(url, await bodyOf(parts, delivery, data), key.secret);
  } catch (error) {
    const givenUpAt = run.isLastTry ? parts.now() : null;
    await recordDeliveryFailure(parts.db, { id: deliveryId, error: reasonOf(error), givenUpAt });
    parts.log.warn({ exportId: data.id, event: delivery.event, err: error }, 'a webhook was not delivered');
    if (!run.isLastTry) throw error;
    return;
  }
  await recordDelivered(parts.db, deliveryId, parts.now());
}

/** JSON whose instants are unix nanoseconds with all their digits, which no JavaScript number holds. */
async function bodyOf(parts: WebhookParts, delivery: WebhookDelivery, data: DataExport): Promise<string> {
  const outcome =
    data.status === 'completed'
      ? { url: (await signAddress(parts, data)).url }
      : { error: data.failure?.message ?? 'The export ended without a file.' };
  const facts = JSON.stringify({ type: delivery.event, task_id: data.id, ...outcome, custom: {} });
  const instants = {
    started_at: data.startedAt ?? data.requestedAt,
    finished_at: data.completedAt ?? data.endedAt ?? parts.now(),
    created_at: delivery.queuedAt,
  };
  const digits = Object.entries(instants).map(([name, at]) => `"${name}":${nanoseconds(at)}`);
  return `${facts.slice(0, -1)},${digits.join(',')}}`;
}

function nanoseconds(at: Date): string {
  return `${BigInt(at.getTime()) * 1_000_000n}`;
}

/** That a fetch failed says nothing by itself: why it did is in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  if (!(cause instanceof Error)) return message;
  // Where several addresses were tried, the cause has no words and only a code.
  const why = cause.message || ('code' in cause ? String(cause.code) : cause.name);
  return `${message}: ${why}`;
}

async function post(url: string, body: string, secret: string): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-signature': createHmac('sha256', secret).update(body).digest('hex'),
    },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
}
