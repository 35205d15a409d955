import { chatFileKind } from '../archive/chat-document.ts';
import { archiveFileName } from '../archive/file-name.ts';
import type { Archive } from '../archive/open-archive.ts';
import { HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { findExport, findExportFile, partsName } from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import { insertExportToken } from '../lifecycle/tokens-table.ts';
import { archiveLayout } from './archive-layout.ts';
import type { Parts } from './parts.ts';

/** A file that can be handed over now. */
export interface Download extends Archive {
  exportId: string;
  fileName: string;
  contentType: string;
  lastModified: Date;
  /** Writes into the audit trail what was handed over: `[start, end)` asked for, and how much of it went out. */
  record(event: {
    start: number;
    end: number;
    bytesSent: number;
    complete: boolean;
    via: 'link' | 'session' | 'server';
    actor?: string;
  }): Promise<void>;
}

type DownloadParts = Pick<Parts, 'config' | 'db' | 'vault' | 'opener' | 'layouts' | 'now'>;

/** What the file of an export is called. */
export function fileNameOf(
  productName: string,
  { subjectId, snapshotAt, request }: Pick<DataExport, 'subjectId' | 'snapshotAt' | 'request'>,
): string {
  if (request) return `${request.about}.${chatFileKind(request).extension}`;
  return archiveFileName({
    productName,
    accountId: subjectId,
    snapshotAt: snapshotAt ?? '',
    extension: 'json',
  });
}

export function contentTypeOf({ request }: Pick<DataExport, 'request'>): string {
  return request ? chatFileKind(request).contentType : 'application/json; charset=utf-8';
}

/**
 * Opens the file of a completed export, within its window. Throws `download_invalid` for a token that opens
 * nothing (any more), `export_not_found` and `export_not_ready` for an id.
 */
export async function openDownload(
  parts: DownloadParts,
  by: { token: string } | { id: string },
): Promise<Download> {
  const now = parts.now();
  const known = parts.layouts.known();
  const data = await findExportFile(parts.db, 'token' in by ? { ...by, now } : by, [...known.keys()]);
  if (!data) throw new HandoverError('token' in by ? 'download_invalid' : 'export_not_found');
  if (!isReady(data, now) || !data.sealedKey) {
    throw new HandoverError('token' in by ? 'download_invalid' : 'export_not_ready');
  }

  const identity = parts.vault.openIdentity(data.sealedKey, data.id);
  const name = partsName(data);
  const layout = known.get(name) ?? archiveLayout(data, data.parts ?? []);
  parts.layouts.keep(name, layout);
  return {
    ...parts.opener.open({ store: parts.vault.store, identity }, layout),
    exportId: data.id,
    fileName: fileNameOf(parts.config.product.name, data),
    contentType: contentTypeOf(data),
    lastModified: data.completedAt ?? now,
    async record({ actor, ...details }) {
      await recordEvent(parts.db, data.id, {
        event: 'downloaded',
        actor: actor ?? details.via,
        at: parts.now(),
        details,
      });
    },
  };
}

/** Makes an address that hands the file over, to whoever has it, until the window closes. Throws `export_not_ready`. */
export async function createDownloadLink(
  { db, now, publicUrl }: Pick<Parts, 'db' | 'now' | 'publicUrl'>,
  id: string,
  actor: string,
): Promise<{ url: string; expiresAt: Date }> {
  const at = now();
  const data = await findExport(db, id);
  if (!data) throw new HandoverError('export_not_found');
  if (!isReady(data, at)) throw new HandoverError('export_not_ready');
  const { expiresAt } = data;
  const token = await insertExportToken(db, { purpose: 'download', exportId: id, now: at, expiresAt });
  await recordEvent(db, id, { event: 'link created', actor, at });
  return { url: `${publicUrl}/download/${token}`, expiresAt };
}

function isReady<Data extends Pick<DataExport, 'status' | 'expiresAt'>>(
  data: Data,
  now: Date,
): data is Data & { expiresAt: Date } {
  return data.status === 'completed' && data.expiresAt !== null && data.expiresAt > now;
}
