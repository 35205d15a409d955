import { setTimeout as sleep } from 'node:timers/promises';
import type { Parts } from './parts.ts';
import { type ExportView, viewExport } from './view-export.ts';

/** How often an export is looked at while somebody watches, in milliseconds. */
const LOOK_MS = 500;

/**
 * The export as it is, then each time it is different, until `signal` is aborted or the export is gone. Changes may
 * come from any process, so they are looked for in the database.
 */
export async function* watchExport(
  parts: Pick<Parts, 'config' | 'db' | 'now'>,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<ExportView> {
  let last = '';
  while (!signal.aborted) {
    const view = await viewExport(parts, id);
    if (!view) return;
    const text = JSON.stringify(view);
    if (text !== last) yield view;
    last = text;
    try {
      await sleep(LOOK_MS, undefined, { signal });
    } catch {
      return;
    }
  }
}
