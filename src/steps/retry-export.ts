import { HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { findExport, findStanding, reviveExport } from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import { expireOverdue } from './end-export.ts';
import type { Parts } from './parts.ts';
import { queueProcessing } from './process-export.ts';

/** The operator's retry of a failed export: no new confirmation. Throws `export_not_failed`, or `export_active` when a newer one runs. */
export async function retryExport(
  parts: Pick<Parts, 'config' | 'db' | 'queue' | 'now'>,
  id: string,
  actor: string,
): Promise<DataExport> {
  const revive = parts.db.transaction(async (tx) => {
    const failed = await findExport(tx, id);
    if (!failed) throw new HandoverError('export_not_found');
    if (failed.status !== 'failed') throw new HandoverError('export_not_failed');
    await expireOverdue(parts, tx, failed);
    const { active } = await findStanding(tx, failed);
    if (active) throw new HandoverError('export_active', undefined, { details: { exportId: active.id } });
    const revived = await reviveExport(tx, id);
    if (!revived) throw new HandoverError('export_not_failed');
    await recordEvent(tx, id, { event: 'retried', actor, at: parts.now() });
    await queueProcessing(parts, tx, revived);
    return revived;
  });
  return revive.catch((error) => {
    // A request that came in between has the one place: the index says so.
    const isTaken = error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
    throw isTaken ? new HandoverError('export_active', undefined, { cause: error }) : error;
  });
}

const UNIQUE_VIOLATION = '23505';
