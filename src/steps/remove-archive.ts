import { findExport, recordArchiveRemoved } from '../lifecycle/data-exports-table.ts';
import { attemptFolder } from './archive-layout.ts';
import type { Parts } from './parts.ts';

/** Removes the bytes of an export that is over. Its key is gone already: what is removed could not be opened. */
export async function removeArchive(
  parts: Pick<Parts, 'db' | 'vault' | 'now' | 'log'>,
  exportId: string,
): Promise<void> {
  const data = await findExport(parts.db, exportId);
  if (!data?.endedAt) return;
  // Not the whole folder: an operator's retry may have begun the next attempt meanwhile.
  for (let attempt = 1; attempt <= data.attempt; attempt++) {
    await parts.vault.store.remove(attemptFolder(exportId, attempt));
  }
  await recordArchiveRemoved(parts.db, exportId, parts.now());
  parts.log.info({ exportId, status: data.status }, 'archive removed');
}
