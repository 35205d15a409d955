import { setTimeout as sleep } from 'node:timers/promises';
import type { HeldSnapshot } from '../builder/builder.ts';
import type { Plan } from '../builder/calls.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import type { AttemptPlan } from '../lifecycle/data-exports-table.ts';
import {
  type BuildParts,
  objectNameOf,
  onlyDocument,
  reportProgress,
  sealSlices,
  wantedOf,
} from './build-part.ts';
import { finishAtOnce } from './finish-export.ts';

/** Of so many rows a build is mostly over before anybody could look how far it is. */
const FEW_ROWS = 5_000;

/** What takes longer, in milliseconds, is written down meanwhile, so that people see how far it is. */
const SHOWN_AFTER_MS = 500;

/** Whether an export is built first and written down afterwards: what most exports are. */
export function isBuiltAtOnce({ parts, rowsEstimated }: Plan): boolean {
  return parts.length === 1 && rowsEstimated <= FEW_ROWS;
}

/**
 * Builds the only part of a small export, on the connection that holds its snapshot. The state need not know of its plan
 * before it is completed: if this process dies, the next attempt removes what was stored. Returns what completes it, to be
 * called when the snapshot was given up.
 */
export async function buildAtOnce(
  parts: BuildParts,
  { data, sealedKey }: { data: DataExport; sealedKey: Uint8Array },
  snapshot: HeldSnapshot,
  plan: Plan & { asKept: AttemptPlan; save: () => Promise<boolean> },
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const { vault } = parts;
  const key = { exportId: data.id, attempt: data.attempt, number: 0 };
  const objectName = objectNameOf(key, 'inline');
  const slices = plan.parts.flat();
  const document = onlyDocument(data, snapshot, plan);
  const { recipient } = await vault.openKey(sealedKey, data.id);
  // Whether it is still wanted, the signal says.
  const reporter = reportProgress(parts, key, () => {});
  let isShown = false;

  const building = snapshot.buildPart(
    { ...wantedOf(data), slices, objectName, recipient, ...(document && { document }) },
    { signal, onProgress: (progress) => isShown && reporter.report(progress) },
  );
  if (await isSlow(building)) {
    // What fails here shows again when the export is completed.
    isShown = await plan.save().catch(() => false);
  }
  const { file, ...built } = await building
    .finally(reporter.settled)
    // It may have been stored all the same: a thread that died, an answer of the store that was lost.
    .catch(async (error) => {
      await vault.store.remove(objectName).catch(() => {});
      throw error;
    });

  return async () => {
    const isDone = await finishAtOnce(parts, data, {
      plan: plan.asKept,
      part: { number: 0, objectName, ...built },
      sealedSlices: sealSlices(vault, key, slices),
      written: file && { file, signer: vault.signer },
    });
    if (!isDone) await vault.store.remove(objectName);
  };
}

function isSlow(work: Promise<unknown>): Promise<boolean> {
  const isQuick = work.then(
    () => false,
    () => false,
  );
  return Promise.race([isQuick, sleep(SHOWN_AFTER_MS, true, { ref: false })]);
}
