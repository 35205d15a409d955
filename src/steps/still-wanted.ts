import type { Database } from '../database.ts';
import { isWanted } from '../lifecycle/data-exports-table.ts';

/** How often a long step looks whether its attempt is still wanted, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * A signal that is aborted once an attempt is no longer wanted (the export was cancelled, or another attempt began),
 * or `signal` is. What waits for the database of somebody else cannot notice by itself. Call `stop` at the end.
 */
export function watchAttempt(
  db: Database,
  attempt: { exportId: string; attempt: number },
  signal: AbortSignal,
): { signal: AbortSignal; stop(): void; isUnwanted(): boolean } {
  const unwanted = new AbortController();
  const look = async () => {
    // A look that fails says nothing; the next one may.
    const isStill = await isWanted(db, attempt).catch(() => true);
    if (!isStill) unwanted.abort(new Error('The attempt is no longer wanted.'));
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    signal: AbortSignal.any([signal, unwanted.signal]),
    stop: () => clearInterval(timer),
    isUnwanted: () => unwanted.signal.aborted,
  };
}
