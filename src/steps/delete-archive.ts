import type { DataExport } from '../lifecycle/data-export.ts';
import { expireNow } from '../lifecycle/data-exports-table.ts';
import { endByWish } from './end-export.ts';
import type { Parts } from './parts.ts';

/** Ends the download window now: the key is shredded, the bytes go. Throws `export_not_ready` when there is no file. */
export async function deleteArchive(
  parts: Pick<Parts, 'db' | 'queue' | 'now'>,
  id: string,
  actor: string,
): Promise<DataExport> {
  return endByWish(parts, { id, actor, event: 'deleted', refusal: 'export_not_ready' }, expireNow);
}
