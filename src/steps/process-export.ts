import { setTimeout as sleep } from 'node:timers/promises';
import type { FileDigest } from '../archive/file-digest.ts';
import type { HeldSnapshot } from '../builder/builder.ts';
import type { Plan } from '../builder/calls.ts';
import type { Session } from '../database.ts';
import { HandoverError, isErrorCode, isRefusal } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import {
  type AttemptPlan,
  countFault,
  findExport,
  recordPlan,
  startAttempt,
} from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import { deleteOlderParts, findAttemptState, insertParts } from '../lifecycle/export-parts-table.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { attemptFolder } from './archive-layout.ts';
import { buildAtOnce, isBuiltAtOnce } from './build-at-once.ts';
import { buildInline, sealSlices, wantedOf } from './build-part.ts';
import { failExport } from './fail-export.ts';
import { finishExport } from './finish-export.ts';
import { rulesOf } from './manifest-of.ts';
import { limitsOf, type Parts } from './parts.ts';
import { startBudget } from './snapshot-budget.ts';
import { watchAttempt } from './still-wanted.ts';

type ProcessParts = Pick<Parts, 'config' | 'db' | 'queue' | 'vault' | 'builder' | 'now' | 'log' | 'tracing'>;

/** How often the holder of the snapshot looks whether the parts are done, in milliseconds. */
const LOOK_MS = 200;

/** How often a run may pass to another worker without a fault: enough for rolling restarts, not for a run that kills. */
const HAND_OVERS = 20;

/** Enqueues the run of a confirmed export, in the transaction that confirmed it. */
export function queueProcessing(
  parts: Pick<Parts, 'queue' | 'config'>,
  session: Session | null,
  data: Confirmed,
): Promise<void> {
  return queueProcessingOfMany(parts, session, [data]);
}

/** The same for many. What people wait for goes before all but the first turns of servers. */
export async function queueProcessingOfMany(
  { queue, config }: Pick<Parts, 'queue' | 'config'>,
  session: Session | null,
  exports: (Confirmed & { turn?: number })[],
): Promise<void> {
  await queue.sendMany(
    session,
    'process-export',
    exports.map((data) => ({
      data: { exportId: data.id },
      key: data.id,
      // Faults are counted by the export itself; these tries also stand for workers that were stopped or killed.
      retries: limitsOf(config, data).retries + HAND_OVERS,
      priority: -(data.turn ?? 0),
      // However many one key has waiting, its longest do not occupy all workers.
      group: data.apiKey ?? 'account',
    })),
  );
}

type Confirmed = Pick<DataExport, 'id' | 'kind' | 'door' | 'apiKey'>;

/**
 * One attempt at an export: takes a snapshot, plans the parts, and holds the snapshot until they are built, here or
 * by other workers. Does nothing when the export is not waiting. If this process dies, so does the snapshot; the
 * job's next run starts a new attempt under a new one, and what was built before counts for nothing.
 *
 * A refusal ends the export at once; a fault is thrown, to be tried again, until the last try.
 */
export async function processExport(
  parts: ProcessParts,
  exportId: string,
  run: { signal: AbortSignal; isLastTry: boolean },
): Promise<void> {
  let attempt: number | null = null;
  try {
    const begun = await begin(parts, exportId);
    if (!begun) return;
    attempt = begun.data.attempt;
    await removeEarlier(parts, begun.data);
    await runAttempt(parts, begun, run.signal);
  } catch (error) {
    // Stopped or taken over: no fault of the export.
    if (run.signal.aborted) throw error;
    if (!isRefusal(error) && (await hasTriesLeft(parts, { id: exportId, attempt })) && !run.isLastTry) {
      parts.log.warn({ exportId, err: error }, 'an attempt failed and will be tried again');
      throw error;
    }
    await failExport(parts, { exportId, attempt }, error);
  }
}

async function hasTriesLeft(
  parts: ProcessParts,
  run: { id: string; attempt: number | null },
): Promise<boolean> {
  const faults = await countFault(parts.db, run);
  if (faults === null) return true;
  const data = await findExport(parts.db, run.id);
  return data !== null && faults <= limitsOf(parts.config, data).retries;
}

/** An attempt that has begun, and its key, sealed. */
interface Begun {
  data: DataExport;
  sealedKey: Uint8Array;
}

async function runAttempt(parts: ProcessParts, begun: Begun, signal: AbortSignal): Promise<void> {
  const { id: exportId, attempt } = begun.data;
  const watch = watchAttempt(parts.db, { exportId, attempt }, signal);
  try {
    const finish = await buildUnderSnapshot(parts, begun, watch.signal);
    await finish();
  } catch (error) {
    if (signal.aborted || !watch.isUnwanted()) throw error;
  } finally {
    watch.stop();
  }
}

/** Returns what is left to be done when the snapshot was given up. */
async function buildUnderSnapshot(
  parts: ProcessParts,
  begun: Begun,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const { data } = begun;
  const snapshot = await unlessAborted(parts.builder.openSnapshot(wantedOf(data)), signal, (late) =>
    late.close(),
  );
  const budget = startBudget(snapshot.maxAgeMs, signal);
  try {
    if (!snapshot.hasSubject) throw new HandoverError('subject_unknown');
    const plan = await unlessAborted(snapshot.plan(data.attempt), budget.signal);
    const asKept = planAsKept(parts, data, snapshot, plan);
    const save = () => savePlan(parts, asKept, snapshot, plan);
    if (isBuiltAtOnce(plan)) {
      return await buildAtOnce(parts, begun, snapshot, { ...plan, asKept, save }, budget.signal);
    }
    if (!(await save())) return async () => {};
    let file: FileDigest | null = null;
    if (isBuiltHere(snapshot, plan)) file = await buildInline(parts, data, snapshot, plan, budget.signal);
    else await waitForParts(parts, data, snapshot, budget.signal);
    return () => finishExport(parts, data, file && { file, signer: parts.vault.signer });
  } catch (error) {
    throw budget.isSpent() && !signal.aborted ? new HandoverError('snapshot_too_old') : error;
  } finally {
    budget.stop();
    await snapshot.close();
  }
}

async function begin(parts: ProcessParts, exportId: string): Promise<Begun | null> {
  const now = parts.now();
  const sealedKey = await parts.vault.createKey(exportId);
  return parts.db.transaction(async (tx) => {
    const data = await startAttempt(tx, { id: exportId, now, sealedKey, configHash: parts.config.hash });
    if (!data) return null;
    await deleteOlderParts(tx, { exportId, attempt: data.attempt });
    await recordEvent(tx, exportId, {
      event: 'started',
      actor: 'system',
      at: now,
      details: { attempt: data.attempt },
    });
    return { data, sealedKey };
  });
}

/** What earlier attempts stored, finished or not, is of another instant. */
async function removeEarlier({ vault }: ProcessParts, data: DataExport): Promise<void> {
  for (let earlier = 1; earlier < data.attempt; earlier++) {
    await vault.store.remove(attemptFolder(data.id, earlier));
  }
}

function planAsKept(
  { config }: ProcessParts,
  data: DataExport,
  { takenAt }: HeldSnapshot,
  { rowsEstimated, cuts, counts }: Plan,
): AttemptPlan {
  const { id, attempt } = data;
  const rules = JSON.stringify(rulesOf(config, data));
  return { id, attempt, snapshotAt: takenAt, rowsEstimated, cuts, counts, rules };
}

async function savePlan(
  parts: ProcessParts,
  asKept: AttemptPlan,
  snapshot: HeldSnapshot,
  plan: Plan,
): Promise<boolean> {
  const { id: exportId, attempt } = asKept;
  return parts.db.transaction(async (tx) => {
    const isCurrent = await recordPlan(tx, asKept);
    if (!isCurrent) return false;
    await insertParts(tx, {
      exportId,
      attempt,
      sealedSlices: plan.parts.map((slices, number) =>
        sealSlices(parts.vault, { exportId, attempt, number }, slices),
      ),
    });
    if (isBuiltHere(snapshot, plan)) return true;
    await queueParts(parts, tx, snapshot.id, { exportId, attempt }, [...plan.parts.keys()]);
    return true;
  });
}

/** A small export needs no second connection; a snapshot that cannot be shared allows none. */
function isBuiltHere(snapshot: HeldSnapshot, plan: Plan): boolean {
  return plan.parts.length === 1 || !snapshot.isShareable;
}

/** Enqueues the building of parts. A part that is waiting or being built is not doubled. */
async function queueParts(
  { queue }: Pick<Parts, 'queue'>,
  session: Session | null,
  snapshotId: string,
  { exportId, attempt }: { exportId: string; attempt: number },
  numbers: number[],
): Promise<void> {
  await queue.sendMany(
    session,
    'build-part',
    numbers.map((number) => ({
      data: { exportId, attempt, number, snapshotId },
      key: `${exportId}/${attempt}/${number}`,
    })),
  );
}

/** Returns when all parts are done, or nobody wants them any more. */
async function waitForParts(
  parts: ProcessParts,
  data: DataExport,
  snapshot: HeldSnapshot,
  signal: AbortSignal,
): Promise<void> {
  const attempt = { exportId: data.id, attempt: data.attempt };
  for (let looks = 1; ; looks++) {
    const { open, failedCode, isCurrent } = await findAttemptState(parts.db, attempt);
    if (!isCurrent || open.length === 0) return;
    if (failedCode) throw new HandoverError(isErrorCode(failedCode) ? failedCode : 'snapshot_lost');
    // A queue that was emptied by hand, or restored from an older backup, would leave the holder waiting for ever.
    if (looks % LOOKS_PER_RESEND === 0) await queueParts(parts, null, snapshot.id, attempt, open);
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Open parts are enqueued again each half minute. */
const LOOKS_PER_RESEND = 150;
