import { randomUUID } from 'node:crypto';
import type { Session } from '../database.ts';

/** A message that is owed to a product's server about an export that ended. */
export interface WebhookDelivery {
  id: string;
  exportId: string;
  apiKey: string;
  event: string;
  queuedAt: Date;
  deliveredAt: Date | null;
  tries: number;
  lastError: string | null;
  givenUpAt: Date | null;
}

/** Returns the id; null when this event of this export is owed already. */
export async function insertDelivery(
  session: Session,
  delivery: { exportId: string; apiKey: string; event: string; now: Date },
): Promise<string | null> {
  const [row] = await session.query<{ id: string }>(
    `insert into handover.webhook_deliveries (id, export_id, api_key, event, queued_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning id`,
    [randomUUID(), delivery.exportId, delivery.apiKey, delivery.event, delivery.now],
  );
  return row?.id ?? null;
}

export async function findDelivery(session: Session, id: string): Promise<WebhookDelivery | null> {
  const [row] = await session.query<WebhookDelivery>(
    `select id, export_id as "exportId", api_key as "apiKey", event, queued_at as "queuedAt",
       delivered_at as "deliveredAt", tries, last_error as "lastError", given_up_at as "givenUpAt"
     from handover.webhook_deliveries where id = $1`,
    [id],
  );
  return row ?? null;
}

export async function recordDelivered(session: Session, id: string, now: Date): Promise<void> {
  await session.query(
    `update handover.webhook_deliveries set delivered_at = $2, tries = tries + 1, last_error = null where id = $1`,
    [id, now],
  );
}

export async function recordDeliveryFailure(
  session: Session,
  failure: { id: string; error: string; givenUpAt: Date | null },
): Promise<void> {
  await session.query(
    `update handover.webhook_deliveries set tries = tries + 1, last_error = $2, given_up_at = $3 where id = $1`,
    [failure.id, failure.error, failure.givenUpAt],
  );
}

export async function findUndelivered(session: Session): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    `select id from handover.webhook_deliveries
     where delivered_at is null and given_up_at is null order by queued_at limit 1000`,
  );
  return rows.map((row) => row.id);
}
