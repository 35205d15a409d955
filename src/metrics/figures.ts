import {
  countExports,
  countFailures,
  countOwed,
  measureDurations,
  measureParts,
} from '../lifecycle/figures-table.ts';
import { findLeaseLosses } from '../lifecycle/lease-losses-table.ts';
import { countJobs } from '../queue.ts';
import type { Parts } from '../steps/parts.ts';
import { workersSeen } from '../steps/view-export.ts';

/** What the state says of the whole installation: the same whichever process is asked. */
export type Figures = Awaited<ReturnType<typeof readFigures>>;

/** Rows, bytes and parts are counted over so long, in seconds: long enough to be a rate, short enough to be now. */
export const WORK_WINDOW_SECONDS = 300;
/** Durations are of the exports completed within so long, in seconds. */
export const DURATION_WINDOW_SECONDS = 3600;

export async function readFigures(parts: Pick<Parts, 'db' | 'now'>) {
  const { db } = parts;
  const now = parts.now();
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  return {
    now,
    exports: await countExports(db),
    failures: await countFailures(db),
    work: await measureParts(db, ago(WORK_WINDOW_SECONDS)),
    durations: await measureDurations(db, ago(DURATION_WINDOW_SECONDS)),
    owed: await countOwed(db),
    jobs: await countJobs(db),
    leaseLosses: await findLeaseLosses(db),
    workers: await workersSeen(parts),
  };
}
