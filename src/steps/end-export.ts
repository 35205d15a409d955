import type { Session } from '../database.ts';
import { type ErrorCode, HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { expireDue, findExport, type Subject } from '../lifecycle/data-exports-table.ts';
import { type EventName, recordEvent } from '../lifecycle/export-events-table.ts';
import { deleteExportTokens } from '../lifecycle/tokens-table.ts';
import type { Parts } from './parts.ts';

/**
 * A writer that was under way when its export ended may store a part after the first removal; by then it is over:
 * it stops within seconds.
 */
const SECOND_REMOVAL_MS = 15 * 60_000;

/**
 * What follows when an export is over, in the transaction that ended it: its links die, its bytes are removed, the
 * trail says so. Its key was forgotten by the very statement that ended it.
 */
export async function endExport(
  { queue }: Pick<Parts, 'queue'>,
  tx: Session,
  data: DataExport,
  event: { event: EventName; actor: string; at: Date; details?: Record<string, unknown> },
): Promise<void> {
  await recordEvent(tx, data.id, event);
  await deleteExportTokens(tx, data.id);
  await queue.send(tx, 'remove-archive', { exportId: data.id }, { key: data.id });
  if (data.attempt > 0) {
    // Jobs start by the queue's own clock, so this is an instant of the wall clock, not of ours.
    await queue.send(
      tx,
      'remove-archive',
      { exportId: data.id },
      { key: `${data.id}, again`, startAfter: new Date(Date.now() + SECOND_REMOVAL_MS) },
    );
  }
}

/**
 * Ends one export by somebody's wish. `end` is the transition; where it finds nothing to end, the refusal is thrown, or
 * `export_not_found`.
 */
export async function endByWish(
  parts: Pick<Parts, 'db' | 'queue' | 'now'>,
  wish: { id: string; actor: string; event: EventName; refusal: ErrorCode },
  end: (tx: Session, id: string, now: Date) => Promise<DataExport | null>,
): Promise<DataExport> {
  const at = parts.now();
  return parts.db.transaction(async (tx) => {
    const ended = await end(tx, wish.id, at);
    if (!ended) {
      const exists = await findExport(tx, wish.id);
      throw new HandoverError(exists ? wish.refusal : 'export_not_found');
    }
    await endExport(parts, tx, ended, { event: wish.event, actor: wish.actor, at });
    return ended;
  });
}

/** Ends whatever is past its deadline: of one subject when it asks, of all by the sweep. Returns how many. */
export async function expireOverdue(
  parts: Pick<Parts, 'queue' | 'now'>,
  tx: Session,
  subject: Subject | null,
): Promise<number> {
  const now = parts.now();
  const expired = await expireDue(tx, now, subject);
  for (const data of expired)
    await endExport(parts, tx, data, { event: 'expired', actor: 'system', at: now });
  return expired.length;
}
