import { HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { findManifest } from '../lifecycle/manifests-table.ts';
import type { Parts } from './parts.ts';

/**
 * The signed manifest of an export, as JSON; also after its file is gone. Throws `export_not_ready` before there is a
 * file, `manifest_not_ready` while it is being made, and `manifest_not_found` where there will be none.
 */
export async function readManifest(
  { db }: Pick<Parts, 'db'>,
  { id, status, manifest: state }: Pick<DataExport, 'id' | 'status' | 'manifest'>,
): Promise<string> {
  if (unfinished.has(status)) throw new HandoverError('export_not_ready');
  const manifest = await findManifest(db, id);
  if (manifest !== null) return manifest;
  if (state !== 'pending') throw new HandoverError('manifest_not_found');
  throw new HandoverError('manifest_not_ready', undefined, { details: { retryAfterSeconds: RETRY_SECONDS } });
}

const unfinished: ReadonlySet<DataExport['status']> = new Set(['pending', 'confirmed', 'processing']);

/** As long as a file of some hundred megabytes takes. */
const RETRY_SECONDS = 2;
