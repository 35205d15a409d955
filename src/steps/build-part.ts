import type { FileDigest } from '../archive/file-digest.ts';
import type { JsonDocument } from '../archive/json-frame.ts';
import type { HeldSnapshot, Watch } from '../builder/builder.ts';
import type { BuiltPart, PartOrder, Plan, Progress, Wanted } from '../builder/calls.ts';
import { HandoverError, isRefusal } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import {
  findDoneParts,
  findOpenPart,
  finishPart,
  type PartKey,
  recordPartFailure,
  recordProgress,
  type Slice,
} from '../lifecycle/export-parts-table.ts';
import type { Vault } from '../vault/vault.ts';
import { attemptFolder } from './archive-layout.ts';
import { finishExport } from './finish-export.ts';
import type { Parts } from './parts.ts';
import { watchAttempt } from './still-wanted.ts';

export type BuildParts = Pick<
  Parts,
  'db' | 'queue' | 'vault' | 'builder' | 'config' | 'now' | 'log' | 'tracing'
>;
type Build = (order: Omit<PartOrder, 'snapshot'>, watch: Watch) => Promise<BuiltPart>;

/** Builds one part under a snapshot that the holder of the attempt keeps open. Does nothing when nobody wants it. */
export async function buildPart(
  parts: BuildParts,
  job: PartKey & { snapshotId: string },
  run: { id: string; earlierRuns: number; signal: AbortSignal; isLastTry: boolean },
): Promise<void> {
  // Two builders of one part (the first was thought dead) write different objects; one of them is chosen.
  const nameOf = (index: number) => objectNameOf(job, `${run.id}-${index}`);
  try {
    await build(parts, job, nameOf(run.earlierRuns), run.signal, (order, watch) =>
      parts.builder.buildPart(order, job.snapshotId, watch),
    );
    await removeOthers(
      parts,
      job,
      Array.from({ length: run.earlierRuns }, (_, index) => nameOf(index)),
    );
  } catch (error) {
    if (run.signal.aborted) throw error;
    const code = error instanceof HandoverError ? error.code : 'internal';
    const isFinal = run.isLastTry || isRefusal(error) || code === 'snapshot_lost';
    if (!isFinal) throw error;
    parts.log.warn({ exportId: job.exportId, part: job.number, err: error }, 'a part cannot be built');
    await recordPartFailure(parts.db, job, code);
    return;
  }
  await finishExport(parts, { id: job.exportId, attempt: job.attempt });
}

/**
 * Builds all parts one after another, on the connection that holds their snapshot. Of a document of one part it says
 * what the file is, for a manifest; null otherwise.
 */
export async function buildInline(
  parts: BuildParts,
  data: DataExport,
  snapshot: HeldSnapshot,
  plan: Plan,
  signal: AbortSignal,
): Promise<FileDigest | null> {
  const document = onlyDocument(data, snapshot, plan);
  let file: FileDigest | null = null;
  for (const number of plan.parts.keys()) {
    const key = { exportId: data.id, attempt: data.attempt, number };
    await build(parts, key, objectNameOf(key, 'inline'), signal, async (order, watch) => {
      const built = await snapshot.buildPart({ ...order, ...(document && { document }) }, watch);
      file = built.file;
      return built;
    });
  }
  return file;
}

/** The document that a part is all of; null when there are more, or it is of another format. */
export function onlyDocument(
  data: DataExport,
  { takenAt }: HeldSnapshot,
  { parts }: Plan,
): JsonDocument | null {
  const [slices, ...more] = parts;
  if (!slices || more.length > 0 || data.request) return null;
  return {
    accountId: data.subjectId,
    snapshotAt: takenAt,
    categories: slices.map(({ category }) => category),
  };
}

export function objectNameOf({ exportId, attempt, number }: PartKey, run: string): string {
  return `${attemptFolder(exportId, attempt)}/${number}-${run}.age`;
}

/** Removes what earlier runs left behind, unfinished writes too: their builder was killed, or lost its answer. */
async function removeOthers({ db, vault }: BuildParts, key: PartKey, objectNames: string[]): Promise<void> {
  if (objectNames.length === 0) return;
  const done = await findDoneParts(db, key);
  const kept = done.find(({ number }) => number === key.number)?.objectName;
  // While none is chosen, an earlier one may still be.
  if (!kept) return;
  for (const name of objectNames.filter((candidate) => candidate !== kept)) await vault.store.remove(name);
}

async function build(
  parts: BuildParts,
  { exportId, attempt, number }: PartKey,
  objectName: string,
  signal: AbortSignal,
  run: Build,
): Promise<void> {
  const key = { exportId, attempt, number };
  const open = await findOpenPart(parts.db, key);
  if (!open) return;
  const slices = openSlices(parts.vault, key, open.sealedSlices);
  const { recipient } = await parts.vault.openKey(open.sealedKey, exportId);
  const unwanted = new AbortController();
  const watch = watchAttempt(parts.db, key, signal);
  const reporter = reportProgress(parts, key, () => unwanted.abort());
  let isUseless = true;
  try {
    const built = await run(
      { ...wantedOf(open), slices, objectName, recipient },
      { signal: AbortSignal.any([watch.signal, unwanted.signal]), onProgress: reporter.report },
    );
    await reporter.settled();
    // If the connection breaks now, the part may be done all the same: what was asked for may have come to pass.
    isUseless = false;
    isUseless = !(await finishPart(parts.db, key, { number, objectName, ...built }, parts.now()));
  } catch (error) {
    await reporter.settled();
    if (signal.aborted || !(unwanted.signal.aborted || watch.isUnwanted())) throw error;
  } finally {
    watch.stop();
    if (isUseless) await parts.vault.store.remove(objectName);
  }
}

/** What an export is of, as the builder is told. */
export function wantedOf({
  kind,
  subjectId,
  request,
}: Pick<DataExport, 'kind' | 'subjectId' | 'request'>): Wanted {
  return { kind, subject: subjectId, request };
}

/** What a part is to read, as it is kept. */
export function sealSlices(vault: Vault, key: PartKey, slices: Slice[]): Uint8Array {
  return vault.sealValue(Buffer.from(JSON.stringify(slices)), slicesOwner(key));
}

function openSlices(vault: Vault, key: PartKey, sealed: Uint8Array): Slice[] {
  return JSON.parse(Buffer.from(vault.openValue(sealed, slicesOwner(key))).toString());
}

function slicesOwner({ exportId, attempt, number }: PartKey): string {
  return `slices:${exportId}/${attempt}/${number}`;
}

/** Writes progress down, one statement at a time. `onUnwanted` hears that nobody wants the part any more. */
export function reportProgress({ db, log }: BuildParts, key: PartKey, onUnwanted: () => void) {
  let writing: Promise<void> | null = null;
  let newest: Progress | null = null;
  const writeNewest = async () => {
    while (newest) {
      const progress = newest;
      newest = null;
      await write(progress);
    }
  };
  const write = async (progress: Progress) => {
    try {
      const isWanted = await recordProgress(db, { ...key, ...progress });
      if (!isWanted) onUnwanted();
    } catch (error) {
      // Progress is only shown; what counts is written when the part is done.
      log.debug({ err: error }, 'progress could not be written');
    }
  };
  return {
    report(progress: Progress) {
      newest = progress;
      writing ??= writeNewest().finally(() => {
        writing = null;
      });
    },
    settled: async () => {
      await writing;
    },
  };
}
