import { HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { confirmByToken, findExport } from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import { findConfirmable } from '../lifecycle/tokens-table.ts';
import type { Parts } from './parts.ts';
import { queueProcessing } from './process-export.ts';

/**
 * The export that a confirmation link would confirm, or has confirmed; changes nothing.
 * Throws `confirmation_invalid` for a link that is unknown, expired, or of an export that is over.
 */
export async function peekConfirmation(
  { db, now }: Pick<Parts, 'db' | 'now'>,
  token: string,
): Promise<DataExport> {
  const exportId = await findConfirmable(db, { secret: token, now: now() });
  const data = exportId ? await findExport(db, exportId) : null;
  if (!data || !isConfirmable(data, now())) throw new HandoverError('confirmation_invalid');
  return data;
}

/** Confirms. Doing so again is harmless, by the same link or another of the same export. */
export async function confirmExport(
  parts: Pick<Parts, 'config' | 'db' | 'queue' | 'now'>,
  token: string,
): Promise<DataExport> {
  const now = parts.now();
  const confirmed = await parts.db.transaction(async (tx) => {
    const data = await confirmByToken(tx, token, now);
    if (!data) return null;
    await recordEvent(tx, data.id, { event: 'confirmed', actor: 'link', at: now });
    await queueProcessing(parts, tx, data);
    return data;
  });
  return confirmed ?? peekConfirmation(parts, token);
}

function isConfirmable(data: DataExport, now: Date): boolean {
  if (data.status === 'pending') return data.confirmBy !== null && data.confirmBy > now;
  return data.status === 'confirmed' || data.status === 'processing' || data.status === 'completed';
}
