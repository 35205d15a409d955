import { layOutChatDocument } from '../archive/chat-document.ts';
import { layOutJsonDocument } from '../archive/json-document.ts';
import type { Layout } from '../archive/layout.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import type { FilePart } from '../lifecycle/data-exports-table.ts';

/** Where the parts of one attempt lie. */
export function attemptFolder(exportId: string, attempt: number): string {
  return `exports/${exportId}/${attempt}`;
}

/**
 * How the document of an export is put together from its parts, and how long it is. The parts name the categories,
 * in order and also those without rows, so a config that changed since changes nothing here.
 */
export function archiveLayout(
  data: Pick<DataExport, 'subjectId' | 'snapshotAt' | 'request' | 'cuts'>,
  parts: FilePart[],
): Layout {
  const stored = parts.map(({ objectName: name, sections, headSha256 }) => ({ name, sections, headSha256 }));
  if (data.request) return layOutChatDocument(data.request, data.cuts, stored);
  const categories = new Set(parts.flatMap(({ sections }) => sections.map(({ category }) => category)));
  return layOutJsonDocument(
    { accountId: data.subjectId, snapshotAt: data.snapshotAt ?? '', categories: [...categories] },
    stored,
  );
}
