import type { Session } from '../database.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import type { Parts } from './parts.ts';

/** Enqueues the reading of a completed archive from end to end. What people wait for goes first. */
export async function queueProof(
  { queue }: Pick<Parts, 'queue'>,
  session: Session | null,
  { id, door }: Pick<DataExport, 'id' | 'door'>,
): Promise<void> {
  await queue.send(
    session,
    'prove-archive',
    { exportId: id },
    { key: id, priority: door === 'account' ? 1 : 0 },
  );
}
