import type { DataExport } from '../lifecycle/data-export.ts';
import { cancelExportRow } from '../lifecycle/data-exports-table.ts';
import { endByWish } from './end-export.ts';
import type { Parts } from './parts.ts';
import { traceLife } from './trace-life.ts';

/** Takes an export back before it is ready. Throws `export_not_cancellable` when it has ended or is ready. */
export async function cancelExport(
  parts: Pick<Parts, 'db' | 'queue' | 'now' | 'tracing'>,
  id: string,
  actor: string,
): Promise<DataExport> {
  const cancelled = await endByWish(
    parts,
    { id, actor, event: 'cancelled', refusal: 'export_not_cancellable' },
    cancelExportRow,
  );
  traceLife(parts, cancelled, parts.now());
  return cancelled;
}
