import type { DataExport } from '../lifecycle/data-export.ts';
import { cancelExportRow } from '../lifecycle/data-exports-table.ts';
import { endByWish } from './end-export.ts';
import type { Parts } from './parts.ts';

/** Takes an export back before it is ready. Throws `export_not_cancellable` when it has ended or is ready. */
export async function cancelExport(
  parts: Pick<Parts, 'db' | 'queue' | 'now'>,
  id: string,
  actor: string,
): Promise<DataExport> {
  return endByWish(
    parts,
    { id, actor, event: 'cancelled', refusal: 'export_not_cancellable' },
    cancelExportRow,
  );
}
