import type { ManifestRules } from '../archive/manifest-rules.ts';
import { HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { findExport, findSealedKey } from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import { findDoneParts } from '../lifecycle/export-parts-table.ts';
import { findManifestNotes, recordDamage, recordManifest } from '../lifecycle/manifests-table.ts';
import { archiveLayout } from './archive-layout.ts';
import { gapsOf, writeManifest } from './manifest-of.ts';
import type { Parts } from './parts.ts';

type ProveParts = Pick<Parts, 'config' | 'db' | 'vault' | 'builder' | 'now' | 'log'>;

/**
 * Reads the stored file of a completed export from end to end, in a builder thread, and writes its manifest: that it
 * opens and is the one that was written is then known. A damaged one is noted and told; the export stays as it is, since
 * nobody but the operator can do anything about it. A part that is not there may be one of a store that is not there (a
 * volume that was not mounted): that is thrown, to be tried again, and believed after {@link TRIES_OF_MISSING} tries.
 * Does nothing when there is a manifest, or the export has ended.
 */
export async function proveArchive(
  parts: ProveParts,
  exportId: string,
  { signal, earlierRuns }: { signal: AbortSignal; earlierRuns: number },
): Promise<void> {
  const data = await findExport(parts.db, exportId);
  if (!data?.completedAt || data.status !== 'completed' || data.manifest !== 'pending') return;
  const sealedKey = await findSealedKey(parts.db, exportId);
  const notes = await findManifestNotes(parts.db, exportId);
  if (!sealedKey || !notes?.rules) return;
  const done = await findDoneParts(parts.db, { exportId, attempt: data.attempt });
  try {
    const layout = archiveLayout(data, done);
    const identity = parts.vault.openIdentity(sealedKey, exportId);
    const file = await parts.builder.digestArchive({ layout, identity }, signal);
    const manifest = await writeManifest(
      { config: parts.config, signer: parts.vault.signer },
      { ...data, completedAt: data.completedAt },
      {
        layout,
        done,
        counts: notes.counts,
        gaps: gapsOf(notes.counts, layout, done),
        rules: JSON.parse(notes.rules) as ManifestRules,
        file,
      },
    );
    await recordManifest(parts.db, { id: exportId, attempt: data.attempt, manifest });
  } catch (error) {
    if (!(error instanceof HandoverError) || error.code !== 'archive_damaged') throw error;
    if (error.details?.reason === 'missing' && earlierRuns + 1 < TRIES_OF_MISSING) throw error;
    await noteDamage(parts, data, error);
  }
}

/** With the pauses between them (`patient` in src/queue.ts) some twenty minutes. */
const TRIES_OF_MISSING = 9;

/** An export that ended while its file was read has no file any more: nothing was damaged. */
async function noteDamage(parts: ProveParts, data: DataExport, error: HandoverError): Promise<void> {
  const { id, attempt } = data;
  const now = parts.now();
  const isNoted = await parts.db.transaction(async (tx) => {
    if (!(await recordDamage(tx, { id, attempt, now }))) return false;
    await recordEvent(tx, id, { event: 'found damaged', actor: 'system', at: now, details: error.details });
    return true;
  });
  if (isNoted) parts.log.error({ exportId: id, err: error }, 'the stored archive is damaged');
}
