import { randomUUID } from 'node:crypto';
import type { ExportKind } from '../config/resolved.ts';
import type { Session } from '../database.ts';
import { HandoverError } from '../errors.ts';
import type { DataExport, Requester } from '../lifecycle/data-export.ts';
import { findStanding, insertExport, type Subject } from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import { expireOverdue } from './end-export.ts';
import { oweMail } from './owe-mail.ts';
import { findKind, type Parts } from './parts.ts';
import { queueProcessing } from './process-export.ts';

/**
 * Asks for an export of one subject. Throws `export_active` while one is under way or ready, and `export_cooldown`
 * with `availableAt` too soon after a completed one.
 */
export async function requestExport(
  parts: Pick<Parts, 'config' | 'db' | 'queue' | 'now'>,
  request: Subject & { requester: Requester; actor: string },
): Promise<DataExport> {
  const kind = findKind(parts.config, request.kind);
  const now = parts.now();
  return parts.db.transaction(async (tx) => {
    await expireOverdue(parts, tx, request);
    await refuseTooEarly(tx, kind, request, now);
    const { confirmByEmail, confirmationWindowMs } = kind.policy;
    const created = await insertExport(tx, {
      id: randomUUID(),
      kind: kind.name,
      subjectId: request.subjectId,
      door: 'account',
      status: confirmByEmail ? 'pending' : 'confirmed',
      requester: request.requester,
      requestedAt: now,
      request: null,
      apiKey: null,
      confirmBy: confirmByEmail ? new Date(now.getTime() + confirmationWindowMs) : null,
    });
    // Two requests at once pass the check together; the index lets one of them in.
    if (!created) throw new HandoverError('export_active');
    await recordEvent(tx, created.id, { event: 'requested', actor: request.actor, at: now });
    if (confirmByEmail) await oweMail(parts, tx, created.id, 'confirmation');
    else await queueProcessing(parts, tx, created);
    return created;
  });
}

async function refuseTooEarly(tx: Session, kind: ExportKind, subject: Subject, now: Date): Promise<void> {
  const { active, lastCompletedAt } = await findStanding(tx, subject);
  if (active) throw new HandoverError('export_active', undefined, { details: { exportId: active.id } });
  const availableAt = cooldownEnd(kind, lastCompletedAt);
  if (availableAt && availableAt > now) {
    throw new HandoverError('export_cooldown', undefined, {
      details: { availableAt: availableAt.toISOString() },
    });
  }
}

/** When the next export may be requested as far as the cooldown goes; null when there was none before. */
export function cooldownEnd(kind: ExportKind, lastCompletedAt: Date | null): Date | null {
  return lastCompletedAt && new Date(lastCompletedAt.getTime() + kind.policy.cooldownMs);
}
