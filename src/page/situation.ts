import type { ExportView } from './wire.ts';

/**
 * How things stand for the person: the status of an export, with the one status that has three stories told
 * apart. `idle` is an account that never had an export.
 */
export type Situation =
  | 'idle'
  | 'pending'
  | 'confirmed'
  | 'processing'
  | 'completed'
  /** The file was there for its whole time. */
  | 'expired'
  /** The file was deleted before its time was over. */
  | 'deleted'
  /** Nobody confirmed it. */
  | 'lapsed'
  | 'failed'
  | 'cancelled';

export function situationOf(view: ExportView | null): Situation {
  if (!view) return 'idle';
  if (view.status !== 'expired') return view.status;
  if (!view.completedAt) return 'lapsed';
  // By its own deadline: the policy may have been another one then.
  return view.endedAt && view.expiresAt && view.endedAt < view.expiresAt ? 'deleted' : 'expired';
}

/** The export that the page is about: the active one, which an operator's retry may make of an older one; else the newest. */
export function currentOf(exports: ExportView[]): ExportView | null {
  return exports.find(isActive) ?? exports[0] ?? null;
}

/** True while something can still happen to it, so that it is worth watching. */
export function isActive(view: ExportView): boolean {
  return ['pending', 'confirmed', 'processing', 'completed'].includes(view.status);
}

/** True while a worker has to be there for it to go on. */
export function needsWorker(view: ExportView): boolean {
  return view.status === 'confirmed' || view.status === 'processing';
}

/** From 0 to 1, never 1 before it is complete; null as long as nobody knows how much there is. */
export function shareDone({ progress }: ExportView): number | null {
  const { rowsDone, rowsEstimated } = progress;
  if (rowsEstimated === null || rowsEstimated <= 0) return null;
  return Math.min(rowsDone / rowsEstimated, 0.99);
}

/** Records in the file, or collected so far. */
export function rowsOf(view: ExportView): number {
  return view.categories.reduce((sum, category) => sum + category.rows, 0) || view.progress.rowsDone;
}
