import type { DataExport } from '../lifecycle/data-export.ts';
import type { Parts } from './parts.ts';

/** Ends the span under which everything else of an export stands. Does nothing where no traces are made. */
export function traceLife({ tracing }: Pick<Parts, 'tracing'>, data: DataExport, endedAt: Date): void {
  tracing?.endExport({
    id: data.id,
    startedAt: data.requestedAt,
    endedAt,
    failureCode: data.failure?.code ?? null,
    attributes: {
      'handover.export.id': data.id,
      'handover.export.kind': data.kind,
      'handover.export.door': data.door,
      'handover.export.status': data.status,
      'handover.export.attempts': data.attempt,
      'handover.export.rows': data.rowsDone,
      'handover.export.bytes': data.bytes,
    },
  });
}
