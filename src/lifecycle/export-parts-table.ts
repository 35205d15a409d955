import type { Session } from '../database.ts';
import type { KeyRange } from '../sources/source.ts';
import type { DataExport } from './data-export.ts';

/** A *part* is a sealed piece of an archive; what is retried, resumed and spread over workers. */
export interface PartKey {
  exportId: string;
  attempt: number;
  /** From 0, in archive order. */
  number: number;
}

/** What a part is to read: a key range of one category, or several small categories whole. */
export interface Slice {
  category: string;
  /** Null reads the whole category. */
  range: KeyRange | null;
}

/** What a part holds of one category, in order: where it lies in the part's plaintext. */
export interface Section {
  category: string;
  /** Bytes before it in the part's plaintext. */
  offset: number;
  bytes: number;
  rows: number;
  /** Hex. */
  sha256: string;
}

export interface DonePart {
  number: number;
  objectName: string;
  sections: Section[];
  /** Hex, of the part's plaintext. */
  sha256: string;
  /** Hex, of the head of the sealed object; null for a part that was written before it was recorded. */
  headSha256: string | null;
}

export async function insertParts(
  session: Session,
  plan: { exportId: string; attempt: number; sealedSlices: Uint8Array[] },
): Promise<void> {
  await session.query(
    `insert into handover.export_parts (export_id, attempt, number, sealed_slices)
     select $1, $2, place - 1, decode(sealed, 'hex') from unnest($3::text[]) with ordinality as part(sealed, place)`,
    [plan.exportId, plan.attempt, plan.sealedSlices.map((sealed) => Buffer.from(sealed).toString('hex'))],
  );
}

/** A part that is to be built, and what its builder needs to know of its export. */
export interface OpenPart extends Pick<DataExport, 'kind' | 'subjectId' | 'request'> {
  /** What it is to read, sealed. */
  sealedSlices: Uint8Array;
  /** The wrapped key of the export. */
  sealedKey: Uint8Array;
}

/** In one statement: an export may have thousands of parts. Null when the part is done, or its attempt is no longer the current one. */
export async function findOpenPart(session: Session, key: PartKey): Promise<OpenPart | null> {
  const [row] = await session.query<OpenPart>(
    `select p.sealed_slices as "sealedSlices", e.sealed_key as "sealedKey", e.kind, e.subject_id as "subjectId",
       e.request
     from handover.export_parts p join handover.data_exports e on e.id = p.export_id
     where p.export_id = $1 and p.attempt = $2 and p.number = $3 and p.done_at is null
       and e.attempt = p.attempt and e.status = 'processing' and e.sealed_key is not null`,
    [key.exportId, key.attempt, key.number],
  );
  return row ?? null;
}

/** Asked after each part, and of all of them only whether one is open. */
export async function hasOpenParts(
  session: Session,
  key: { exportId: string; attempt: number },
): Promise<boolean> {
  const rows = await session.query(
    `select number from handover.export_parts
     where export_id = $1 and attempt = $2 and done_at is null limit 1`,
    [key.exportId, key.attempt],
  );
  return rows.length > 0;
}

/** Notes how far a part is. False when nobody wants the part any more: its builder should stop. */
export async function recordProgress(
  session: Session,
  progress: PartKey & { rows: number; bytes: number },
): Promise<boolean> {
  const rows = await session.query(
    `update handover.export_parts p set rows_done = $4, bytes_done = $5
     from handover.data_exports e
     where p.export_id = $1 and p.attempt = $2 and p.number = $3 and p.done_at is null
       and e.id = p.export_id and e.attempt = p.attempt and e.status = 'processing'
     returning p.number`,
    [progress.exportId, progress.attempt, progress.number, progress.rows, progress.bytes],
  );
  return rows.length > 0;
}

/** Marks a part done, once. False when somebody else was first or nobody wants it: its object is to be removed. */
export async function finishPart(
  session: Session,
  key: PartKey,
  done: DonePart,
  now: Date,
): Promise<boolean> {
  const rows = await session.query(
    `update handover.export_parts p set done_at = $4, object_name = $5, sections = $6, sha256 = $7,
       rows_done = $8, bytes_done = $9, head_sha256 = $10
     from handover.data_exports e
     where p.export_id = $1 and p.attempt = $2 and p.number = $3 and p.done_at is null
       and e.id = p.export_id and e.attempt = p.attempt and e.status = 'processing'
     returning p.number`,
    [key.exportId, key.attempt, key.number, now, ...columnsOf(done)],
  );
  return rows.length > 0;
}

/** Writes a part down as done, whether or not it was planned before; to be called while its attempt is locked. */
export async function writeDonePart(
  session: Session,
  key: PartKey,
  done: DonePart & { sealedSlices: Uint8Array },
  now: Date,
): Promise<void> {
  await session.query(
    `insert into handover.export_parts as p (export_id, attempt, number, sealed_slices, done_at, object_name,
       sections, sha256, rows_done, bytes_done, head_sha256)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (export_id, attempt, number) do update set done_at = excluded.done_at,
       object_name = excluded.object_name, sections = excluded.sections, sha256 = excluded.sha256,
       rows_done = excluded.rows_done, bytes_done = excluded.bytes_done, head_sha256 = excluded.head_sha256`,
    [key.exportId, key.attempt, key.number, done.sealedSlices, now, ...columnsOf(done)],
  );
}

/** `object_name, sections, sha256, rows_done, bytes_done, head_sha256` */
function columnsOf(done: DonePart): unknown[] {
  const { objectName, sections, sha256, headSha256 } = done;
  return [
    objectName,
    JSON.stringify(sections),
    sha256,
    sum(sections, 'rows'),
    sum(sections, 'bytes'),
    headSha256,
  ];
}

/** Notes that a part cannot be built under the snapshot of its attempt. */
export async function recordPartFailure(session: Session, key: PartKey, code: string): Promise<void> {
  await session.query(
    `update handover.export_parts set failed_code = $4
     where export_id = $1 and attempt = $2 and number = $3 and done_at is null`,
    [key.exportId, key.attempt, key.number, code],
  );
}

/** How an attempt stands: numbers of the parts still open, the code of one that cannot be built, and whether it is still wanted. */
export async function findAttemptState(
  session: Session,
  key: { exportId: string; attempt: number },
): Promise<{ open: number[]; failedCode: string | null; isCurrent: boolean }> {
  const [row] = await session.query<{ open: number[]; failedCode: string | null; isCurrent: boolean }>(
    `select coalesce(jsonb_agg(p.number order by p.number) filter (where p.done_at is null), '[]') as open, max(p.failed_code) as "failedCode",
       exists (select 1 from handover.data_exports e
               where e.id = $1 and e.attempt = $2 and e.status = 'processing') as "isCurrent"
     from handover.export_parts p where p.export_id = $1 and p.attempt = $2`,
    [key.exportId, key.attempt],
  );
  return {
    open: row?.open ?? [],
    failedCode: row?.failedCode ?? null,
    isCurrent: row?.isCurrent ?? false,
  };
}

/** The done parts of an attempt, in archive order. */
export async function findDoneParts(
  session: Session,
  key: { exportId: string; attempt: number },
): Promise<DonePart[]> {
  return session.query<DonePart>(
    `select number, object_name as "objectName", sections, sha256, head_sha256 as "headSha256"
     from handover.export_parts
     where export_id = $1 and attempt = $2 and done_at is not null order by number`,
    [key.exportId, key.attempt],
  );
}

/** Parts of attempts that were given up; their rows would only count as waste. */
export async function deleteOlderParts(
  session: Session,
  key: { exportId: string; attempt: number },
): Promise<void> {
  await session.query(`delete from handover.export_parts where export_id = $1 and attempt < $2`, [
    key.exportId,
    key.attempt,
  ]);
}

function sum(sections: Section[], field: 'rows' | 'bytes'): number {
  return sections.reduce((total, section) => total + section[field], 0);
}
