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
