import type { Session } from '../database.ts';
import type { SectionCount } from './balance.ts';

// What the row of an export keeps for its manifest, and the manifest itself: it stays when the archive goes.

/** What was written down of an attempt when its snapshot was taken; `rules` is null for exports of before there were manifests. */
export interface ManifestNotes {
  counts: SectionCount[];
  /** As JSON. */
  rules: string | null;
}

export async function findManifestNotes(session: Session, exportId: string): Promise<ManifestNotes | null> {
  const [row] = await session.query<ManifestNotes>(
    `select coalesce(counts, '[]') as counts, rules from handover.data_exports where id = $1`,
    [exportId],
  );
  return row ?? null;
}

/** The manifest as it is handed out; null when there is none. */
export async function findManifest(session: Session, exportId: string): Promise<string | null> {
  const [row] = await session.query<{ manifest: string | null }>(
    `select manifest from handover.data_exports where id = $1`,
    [exportId],
  );
  return row?.manifest ?? null;
}

/** Writes the manifest of a completed export down, once. False when somebody else was first, or the export has ended. */
export async function recordManifest(
  session: Session,
  made: { id: string; attempt: number; manifest: string },
): Promise<boolean> {
  const rows = await session.query(
    `update handover.data_exports set manifest = $3
     where id = $1 and attempt = $2 and status = 'completed' and manifest is null and damaged_at is null returning id`,
    [made.id, made.attempt, made.manifest],
  );
  return rows.length > 0;
}

/** Notes that the stored file of a completed export is not the one that was written. */
export async function recordDamage(
  session: Session,
  found: { id: string; attempt: number; now: Date },
): Promise<boolean> {
  const rows = await session.query(
    `update handover.data_exports set damaged_at = $3
     where id = $1 and attempt = $2 and status = 'completed' and manifest is null and damaged_at is null returning id`,
    [found.id, found.attempt, found.now],
  );
  return rows.length > 0;
}

/** Completed exports that still have no manifest: each must have a job. */
export async function findUnproved(session: Session): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    `select id from handover.data_exports
     where status = 'completed' and rules is not null and manifest is null and damaged_at is null
     order by completed_at limit 1000`,
  );
  return rows.map((row) => row.id);
}
