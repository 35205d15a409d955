import type { Session } from '../database.ts';

/** The audit trail: who did what to an export, and when. It outlives the archive. */
export interface ExportEvent {
  at: Date;
  event: EventName;
  /** `user:<id>`, `key:<id>`, `link` (whoever holds the mailed link), `operator`, `system`. */
  actor: string;
  details: Record<string, unknown>;
}
export type EventName =
  | 'requested'
  | 'confirmation resent'
  | 'confirmed'
  | 'started'
  | 'completed'
  | 'completed with gaps'
  | 'found damaged'
  | 'failed'
  | 'cancelled'
  | 'retried'
  | 'link created'
  | 'downloaded'
  | 'deleted'
  | 'expired';

export async function recordEvent(
  session: Session,
  exportId: string,
  event: Omit<ExportEvent, 'details'> & { details?: Record<string, unknown> },
): Promise<void> {
  await session.query(
    `insert into handover.export_events (export_id, at, event, actor, details) values ($1, $2, $3, $4, $5)`,
    [exportId, event.at, event.event, event.actor, JSON.stringify(event.details ?? {})],
  );
}

/** Oldest first. */
export async function findEvents(session: Session, exportId: string): Promise<ExportEvent[]> {
  return session.query<ExportEvent>(
    `select at, event, actor, details from handover.export_events where export_id = $1 order by id`,
    [exportId],
  );
}

/** How often an archive was handed out: a download that goes on where it broke is the same one. */
export async function countDownloads(session: Session, exportId: string): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*) as count from handover.export_events where export_id = $1 and event = 'downloaded'
       and details ->> 'start' = '0'`,
    [exportId],
  );
  return Number(row?.count ?? 0);
}
