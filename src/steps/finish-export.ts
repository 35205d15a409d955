import type { FileDigest } from '../archive/file-digest.ts';
import type { Layout } from '../archive/layout.ts';
import type { ManifestRules } from '../archive/manifest-rules.ts';
import type { Session } from '../database.ts';
import type { Gap } from '../lifecycle/balance.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { type AttemptPlan, completeExport, findExport, recordPlan } from '../lifecycle/data-exports-table.ts';
import { recordEvent } from '../lifecycle/export-events-table.ts';
import {
  type DonePart,
  findDoneParts,
  hasOpenParts,
  writeDonePart,
} from '../lifecycle/export-parts-table.ts';
import { findManifestNotes, type ManifestNotes } from '../lifecycle/manifests-table.ts';
import type { Signer } from '../vault/signer.ts';
import { archiveLayout } from './archive-layout.ts';
import { gapsOf, writeManifest } from './manifest-of.ts';
import { oweMail } from './owe-mail.ts';
import { oweWebhook } from './owe-webhook.ts';
import { limitsOf, type Parts } from './parts.ts';
import { queueProof } from './queue-proof.ts';
import { traceLife } from './trace-life.ts';

type FinishParts = Pick<Parts, 'config' | 'db' | 'queue' | 'now' | 'log' | 'tracing'>;

/** What is known of a file that was written in one piece, and who signs its manifest. */
export interface WrittenInOne {
  file: FileDigest;
  signer: Signer;
}

/**
 * Completes an export if every part of the attempt is done. Everybody who finishes a part calls it, and one
 * statement lets one of them do it; the ready mail is owed in the same transaction, so there is one. The manifest of a file
 * that was written in one piece is made at once, that of another by a job.
 */
export async function finishExport(
  parts: FinishParts,
  { id, attempt }: Pick<DataExport, 'id' | 'attempt'>,
  written: WrittenInOne | null = null,
): Promise<void> {
  const key = { exportId: id, attempt };
  if (await hasOpenParts(parts.db, key)) return;
  const data = await findExport(parts.db, id);
  if (data?.status !== 'processing' || data.attempt !== attempt) return;

  const done = await findDoneParts(parts.db, key);
  const notes = await findManifestNotes(parts.db, id);
  await complete(parts, data, { done, notes, written });
}

/**
 * Writes down in one transaction an export that was planned and built in one go, and completes it. False when nobody wants
 * it any more: then nothing is written.
 */
export function finishAtOnce(
  parts: FinishParts,
  data: DataExport,
  built: { plan: AttemptPlan; part: DonePart; sealedSlices: Uint8Array; written: WrittenInOne | null },
): Promise<boolean> {
  const { plan, part, sealedSlices, written } = built;
  const { snapshotAt, cuts, counts, rules } = plan;
  const known = { done: [part], notes: { counts, rules }, written };
  return complete(parts, { ...data, snapshotAt, cuts }, known, async (tx, now) => {
    if (!(await recordPlan(tx, plan))) return false;
    await writeDonePart(
      tx,
      { exportId: data.id, attempt: data.attempt, number: part.number },
      { sealedSlices, ...part },
      now,
    );
    return true;
  });
}

interface Known {
  done: DonePart[];
  notes: ManifestNotes | null;
  written: WrittenInOne | null;
}

/** False when somebody else was first, or nobody wants it. `writeBefore` is part of the transaction, and may refuse. */
async function complete(
  parts: FinishParts,
  data: DataExport,
  { done, notes, written }: Known,
  writeBefore?: (tx: Session, now: Date) => Promise<boolean>,
): Promise<boolean> {
  const { id, attempt } = data;
  const layout = archiveLayout(data, done);
  const gaps = gapsOf(notes?.counts ?? [], layout, done);
  const now = parts.now();
  const manifest = await manifestNow(
    parts,
    { ...data, completedAt: now },
    { layout, done, notes, gaps, written },
  );
  const { downloadWindowMs } = limitsOf(parts.config, data);
  const completed = await parts.db.transaction(async (tx) => {
    if (writeBefore && !(await writeBefore(tx, now))) return null;
    const ready = await completeExport(tx, {
      id,
      attempt,
      now,
      expiresAt: new Date(now.getTime() + downloadWindowMs),
      archiveBytes: layout.sizeBytes,
      gaps,
      manifest,
    });
    // Nobody else can have come first: the row is ours since the plan was written.
    if (!ready && writeBefore)
      throw new Error('An export that was built at once has other parts that are open.');
    if (!ready) return null;
    await recordEvent(tx, id, {
      event: gaps.length > 0 ? 'completed with gaps' : 'completed',
      actor: 'system',
      at: now,
      details: { rows: ready.rowsDone, bytes: ready.bytes, ...(gaps.length > 0 && { gaps }) },
    });
    if (!manifest) await queueProof(parts, tx, ready);
    if (ready.door === 'account') await oweMail(parts, tx, id, 'ready');
    else await oweWebhook(parts, tx, ready);
    return ready;
  });
  if (!completed) return false;
  const facts = { exportId: id, rows: completed.rowsDone, bytes: completed.bytes };
  if (gaps.length > 0) parts.log.warn({ ...facts, gaps }, 'export completed with gaps');
  else parts.log.info(facts, 'export completed');
  traceLife(parts, completed, now);
  return true;
}

/** Null where the file has to be read again for it. */
async function manifestNow(
  { config }: Pick<Parts, 'config'>,
  data: DataExport & { completedAt: Date },
  known: Known & { layout: Layout; gaps: Gap[] },
): Promise<string | null> {
  const { notes, written, ...rest } = known;
  if (!written || !notes?.rules) return null;
  const rules: ManifestRules = JSON.parse(notes.rules);
  const { file, signer } = written;
  return writeManifest({ config, signer }, data, { ...rest, counts: notes.counts, rules, file });
}
