import type { ChatRequest, MessageCut } from '../chat/request.ts';
import type { Session } from '../database.ts';
import type { Gap, SectionCount } from './balance.ts';
import type { DataExport, Door, Requester, Status } from './data-export.ts';
import type { DonePart, Section } from './export-parts-table.ts';
import {
  type MailAndDownloads,
  type MailColumns,
  mailColumns,
  newestMail,
  withMail,
} from './mails-and-downloads.ts';
import { hashToken } from './tokens.ts';

// All SQL that touches data_exports, in one place whatever its length. Each transition is one statement that names the status it leaves, and returns
// the export as it is now, or null when somebody else was first.

/** What is written when an export is asked for. */
export interface NewExport {
  id: string;
  kind: string;
  subjectId: string;
  door: Door;
  status: 'pending' | 'confirmed';
  requester: Requester;
  requestedAt: Date;
  confirmBy: Date | null;
  request: ChatRequest | null;
  apiKey: string | null;
}

export interface Subject {
  kind: string;
  subjectId: string;
}

/** Null when the account door already has an active export of this subject: the partial unique index says so. */
export async function insertExport(session: Session, data: NewExport): Promise<DataExport | null> {
  const { requester } = data;
  return one(
    session,
    afterwards(`insert into handover.data_exports as e (id, kind, subject_id, door, status, requester_id,
       requester_email, requester_name, requester_language, requested_at, confirm_by, request, api_key, confirmed_at)
     values ($1, $2, $3, $4, $5::text, $6, $7, $8, $9, $10::timestamptz, $11, $12, $13,
       case when $5::text = 'confirmed' then $10::timestamptz end)
     on conflict (kind, subject_id)
       where door = 'account' and status in ('pending', 'confirmed', 'processing', 'completed') do nothing`),
    [
      data.id,
      data.kind,
      data.subjectId,
      data.door,
      data.status,
      requester.id,
      requester.email,
      requester.name,
      requester.language,
      data.requestedAt,
      data.confirmBy,
      data.request && JSON.stringify(data.request),
      data.apiKey,
    ],
  );
}

/** Any other text is the id of no export, and an error to Postgres. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function findExport(session: Session, id: string): Promise<DataExport | null> {
  if (!uuid.test(id)) return null;
  return one(session, `${select} where e.id = $1`, [id]);
}

/** The same, and nobody else changes it until the transaction ends. */
export async function lockExport(session: Session, id: string): Promise<DataExport | null> {
  if (!uuid.test(id)) return null;
  await session.query('select id from handover.data_exports where id = $1 for update', [id]);
  return findExport(session, id);
}

/** An export, and what became of it outside of itself. */
export type ToldExport = DataExport & MailAndDownloads;

/** In one statement: somebody waits for the answer. */
export async function findToldExport(session: Session, id: string): Promise<ToldExport | null> {
  if (!uuid.test(id)) return null;
  const [row] = await session.query<ToldRow>(`${selectTold} where e.id = $1`, [id]);
  return row ? toTold(row) : null;
}

/** Newest first. */
export async function findToldExports(
  session: Session,
  subject: Subject,
  limit: number,
): Promise<ToldExport[]> {
  const rows = await session.query<ToldRow>(
    `${selectTold} where e.kind = $1 and e.subject_id = $2 order by e.requested_at desc, e.id limit $3`,
    [subject.kind, subject.subjectId, limit],
  );
  return rows.map(toTold);
}

/** Newest first, of all subjects; `status` narrows. For operators. */
export async function findRecentExports(
  session: Session,
  status: Status | null,
  limit: number,
): Promise<DataExport[]> {
  const rows = await session.query<Row>(
    `${select} where $1::text is null or e.status = $1 order by e.requested_at desc, e.id limit $2`,
    [status, limit],
  );
  return rows.map(toExport);
}

/** What a subject's exports say about another one of the account door. */
export interface Standing {
  /** The one that is not over. */
  active: Pick<DataExport, 'id' | 'status' | 'confirmBy' | 'expiresAt'> | null;
  /** When the newest completed one was completed, whatever became of it since. */
  lastCompletedAt: Date | null;
}

export async function findStanding(session: Session, subject: Subject): Promise<Standing> {
  const [row] = await session.query<StandingRow>(
    `select last.at, e.id, e.status, e.confirm_by as "confirmBy", e.expires_at as "expiresAt"
     from (
       select max(completed_at) as at from handover.data_exports
       where kind = $1 and subject_id = $2 and door = 'account'
     ) last
     left join handover.data_exports e on e.kind = $1 and e.subject_id = $2 and e.door = 'account'
       and e.status in ('pending', 'confirmed', 'processing', 'completed')`,
    [subject.kind, subject.subjectId],
  );
  if (!row) return { active: null, lastCompletedAt: null };
  const { at, id, status, confirmBy, expiresAt } = row;
  const active = id !== null && status !== null ? { id, status, confirmBy, expiresAt } : null;
  return { active, lastCompletedAt: at };
}

interface StandingRow extends Pick<DataExport, 'confirmBy' | 'expiresAt'> {
  at: Date | null;
  id: string | null;
  status: Status | null;
}

/** pending → confirmed, by any unexpired confirmation token of the export. */
export async function confirmByToken(session: Session, token: string, now: Date): Promise<DataExport | null> {
  return transition(
    session,
    `update handover.data_exports e set status = 'confirmed', confirmed_at = $2
     from handover.tokens k
     where k.hash = $1 and k.purpose = 'confirm' and k.expires_at > $2 and k.export_id = e.id
       and e.status = 'pending' and e.confirm_by > $2`,
    [hashToken(token), now],
  );
}

/** confirmed or processing → processing, as a new attempt under a key of its own: parts of earlier ones do not open. */
export async function startAttempt(
  session: Session,
  start: { id: string; now: Date; sealedKey: Uint8Array; configHash: string },
): Promise<DataExport | null> {
  return transition(
    session,
    `update handover.data_exports e set status = 'processing', attempt = attempt + 1,
       started_at = coalesce(started_at, $2), sealed_key = $3, config_hash = $4,
       snapshot_at = null, rows_estimated = null
     where e.id = $1 and e.status in ('confirmed', 'processing')`,
    [start.id, start.now, start.sealedKey, start.configHash],
  );
}

/** What the plan of an attempt found. */
export interface AttemptPlan {
  id: string;
  attempt: number;
  snapshotAt: string;
  rowsEstimated: number;
  cuts: MessageCut[];
  counts: SectionCount[];
  /** What a manifest will say of the config, as JSON. */
  rules: string;
}

/** Writes the plan of an attempt down. False when the attempt is no longer the current one. */
export async function recordPlan(session: Session, plan: AttemptPlan): Promise<boolean> {
  const rows = await session.query(
    `update handover.data_exports set snapshot_at = $3, rows_estimated = $4, cuts = $5, counts = $6, rules = $7
     where id = $1 and attempt = $2 and status = 'processing' returning id`,
    [
      plan.id,
      plan.attempt,
      plan.snapshotAt,
      plan.rowsEstimated,
      JSON.stringify(plan.cuts),
      JSON.stringify(plan.counts),
      plan.rules,
    ],
  );
  return rows.length > 0;
}

/** processing → completed, once: when every part of the attempt is done. Whoever comes second gets null. */
export async function completeExport(
  session: Session,
  done: {
    id: string;
    attempt: number;
    now: Date;
    expiresAt: Date;
    archiveBytes: number;
    gaps: Gap[];
    /** Null where it is still to be made. */
    manifest: string | null;
  },
): Promise<DataExport | null> {
  return transition(
    session,
    `update handover.data_exports e set status = 'completed', completed_at = $3, expires_at = $4, archive_bytes = $5,
       gaps = $6, manifest = $7
     where e.id = $1 and e.attempt = $2 and e.status = 'processing'
       and exists (select 1 from handover.export_parts p where p.export_id = e.id and p.attempt = e.attempt)
       and not exists (select 1 from handover.export_parts p
                       where p.export_id = e.id and p.attempt = e.attempt and p.done_at is null)`,
    [
      done.id,
      done.attempt,
      done.now,
      done.expiresAt,
      done.archiveBytes,
      JSON.stringify(done.gaps),
      done.manifest,
    ],
  );
}

/**
 * confirmed or processing → failed. The key is forgotten in the same statement. Only the current attempt can fail its
 * export; null speaks for the whole run.
 */
export async function failExport(
  session: Session,
  failure: { id: string; attempt: number | null; now: Date; code: string; message: string },
): Promise<DataExport | null> {
  return transition(
    session,
    `update handover.data_exports e set status = 'failed', ended_at = $2, failure_code = $3, failure_message = $4,
       sealed_key = null
     where e.id = $1 and e.status in ('confirmed', 'processing') and ($5::int is null or e.attempt = $5)`,
    [failure.id, failure.now, failure.code, failure.message, failure.attempt],
  );
}

/** failed → confirmed: the operator's retry, without a new confirmation. */
export async function reviveExport(session: Session, id: string): Promise<DataExport | null> {
  return transition(
    session,
    `update handover.data_exports e set status = 'confirmed', ended_at = null, failure_code = null,
       failure_message = null, faults = 0, archive_removed_at = null
     where e.id = $1 and e.status = 'failed'`,
    [id],
  );
}

/** pending, confirmed or processing → cancelled. */
export async function cancelExportRow(session: Session, id: string, now: Date): Promise<DataExport | null> {
  return transition(
    session,
    `update handover.data_exports e set status = 'cancelled', ended_at = $2, sealed_key = null
     where e.id = $1 and (e.status in ('confirmed', 'processing') or (e.status = 'pending' and e.confirm_by > $2))`,
    [id, now],
  );
}

/** completed → expired before its time: `ended_at` then lies before `expires_at`. */
export async function expireNow(session: Session, id: string, now: Date): Promise<DataExport | null> {
  return transition(
    session,
    `update handover.data_exports e set status = 'expired', ended_at = $2, sealed_key = null
     where e.id = $1 and e.status = 'completed'`,
    [id, now],
  );
}

/** Whatever is past its deadline → expired: unconfirmed requests and files whose window is over. */
export async function expireDue(session: Session, now: Date, subject: Subject | null): Promise<DataExport[]> {
  const rows = await session.query<Row>(
    afterwards(`update handover.data_exports e set status = 'expired', sealed_key = null,
       ended_at = case status when 'pending' then confirm_by else expires_at end
     where ((status = 'pending' and confirm_by <= $1) or (status = 'completed' and expires_at <= $1))
       and ($2::text is null or (kind = $2 and subject_id = $3))`),
    [now, subject?.kind ?? null, subject?.subjectId ?? null],
  );
  return rows.map(toExport);
}

/** Whether an attempt is the current one of an export that is being processed. */
export async function isWanted(
  session: Session,
  attempt: { exportId: string; attempt: number },
): Promise<boolean> {
  const rows = await session.query(
    `select id from handover.data_exports where id = $1 and attempt = $2 and status = 'processing'`,
    [attempt.exportId, attempt.attempt],
  );
  return rows.length > 0;
}

/**
 * Counts a fault of an attempt; returns how many the export had. Null when another attempt has begun: what befell this one,
 * whose files the other removes, is no matter. A run that came to no attempt has none (null).
 */
export async function countFault(
  session: Session,
  { id, attempt }: { id: string; attempt: number | null },
): Promise<number | null> {
  const [row] = await session.query<{ faults: number }>(
    `update handover.data_exports set faults = faults + 1
     where id = $1 and ($2::int is null or attempt = $2) returning faults`,
    [id, attempt],
  );
  return row?.faults ?? null;
}

/** The wrapped key of an export; null when there is none, or it was shredded. */
export async function findSealedKey(session: Session, id: string): Promise<Uint8Array | null> {
  const [row] = await session.query<{ key: Uint8Array | null }>(
    `select sealed_key as key from handover.data_exports where id = $1`,
    [id],
  );
  return row?.key ?? null;
}

/** The file of an export, as far as a download needs it. */
export interface ExportFile
  extends Pick<
    DataExport,
    | 'id'
    | 'subjectId'
    | 'status'
    | 'attempt'
    | 'completedAt'
    | 'expiresAt'
    | 'snapshotAt'
    | 'request'
    | 'cuts'
  > {
  /** Null when there is none, or it was shredded. */
  sealedKey: Uint8Array | null;
  /** The done parts of the attempt that counts, in archive order; null where the caller knows them. */
  parts: FilePart[] | null;
}

export type FilePart = Pick<DonePart, 'objectName' | 'sections' | 'headSha256'>;

/** What the parts of a completed export are known by: they change no more, and another attempt has others. */
export function partsName({ id, attempt }: Pick<DataExport, 'id' | 'attempt'>): string {
  return `${id}/${attempt}`;
}

/**
 * By an unexpired download token, or by id. In one statement: somebody waits for the first byte. `known` are the
 * {@link partsName}s of those that the caller knows the parts of.
 */
export async function findExportFile(
  session: Session,
  by: { token: string; now: Date } | { id: string },
  known: string[] = [],
): Promise<ExportFile | null> {
  if ('token' in by) return oneFile(session, fileByToken, [known, hashToken(by.token), by.now]);
  return uuid.test(by.id) ? oneFile(session, fileById, [known, by.id]) : null;
}

async function oneFile(session: Session, sql: string, params: unknown[]): Promise<ExportFile | null> {
  const [row] = await session.query<FileRow>(sql, params);
  if (!row) return null;
  const { names, heads, sections, isKnown, ...facts } = row;
  if (isKnown) return { ...facts, parts: null };
  const parts = (names ?? []).map((objectName, index) => ({
    objectName,
    sections: sections?.[index] ?? [],
    headSha256: heads?.[index] ?? null,
  }));
  return { ...facts, parts };
}

/** A list a column, null without parts: of some hundred parts, half as dear to write and to read as a row for each. */
interface FileRow extends Omit<ExportFile, 'parts'> {
  isKnown: boolean;
  names: string[] | null;
  heads: (string | null)[] | null;
  sections: Section[][] | null;
}

const isKnown = `e.id || '/' || e.attempt = any($1::text[])`;
const fileColumns = `e.id, e.subject_id as "subjectId", e.status, e.attempt, e.completed_at as "completedAt",
    e.expires_at as "expiresAt", e.snapshot_at as "snapshotAt", e.request, e.cuts, e.sealed_key as "sealedKey",
    ${isKnown} as "isKnown", parts.names, parts.heads, parts.sections`;
const fileParts = `cross join lateral (
    select json_agg(p.object_name order by p.number) as names, json_agg(p.head_sha256 order by p.number) as heads,
      json_agg(p.sections order by p.number) as sections
    from handover.export_parts p
    where p.export_id = e.id and p.attempt = e.attempt and p.done_at is not null and not ${isKnown}
  ) parts`;
const fileById = `
  select ${fileColumns} from handover.data_exports e ${fileParts} where e.id = $2`;
const fileByToken = `
  select ${fileColumns}
  from handover.tokens k join handover.data_exports e on e.id = k.export_id ${fileParts}
  where k.hash = $2 and k.purpose = 'download' and k.expires_at > $3`;

export async function recordArchiveRemoved(session: Session, id: string, now: Date): Promise<void> {
  await session.query(
    `update handover.data_exports set archive_removed_at = $2
     where id = $1 and status in ('expired', 'failed', 'cancelled')`,
    [id, now],
  );
}

/** Ended exports whose bytes have not been seen gone. */
export async function findUnremoved(session: Session): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    `select id from handover.data_exports
     where archive_removed_at is null and status in ('expired', 'failed', 'cancelled') order by ended_at limit 1000`,
  );
  return rows.map((row) => row.id);
}

/** Exports that wait for a worker or are with one: each must have a job. */
export async function findUnfinished(session: Session): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    `select id from handover.data_exports where status in ('confirmed', 'processing') order by confirmed_at limit 1000`,
  );
  return rows.map((row) => row.id);
}

interface Row extends Omit<DataExport, 'requester' | 'failure'> {
  requesterId: string;
  requesterEmail: string;
  requesterName: string | null;
  requesterLanguage: string | null;
  failureCode: string | null;
  failureMessage: string | null;
}

type ToldRow = Row & MailColumns;

const columns = `
  e.id, e.kind, e.subject_id as "subjectId", e.door, e.status, e.requester_id as "requesterId",
    e.requester_email as "requesterEmail", e.requester_name as "requesterName",
    e.requester_language as "requesterLanguage", e.requested_at as "requestedAt", e.confirm_by as "confirmBy",
    e.confirmed_at as "confirmedAt", e.started_at as "startedAt", e.completed_at as "completedAt",
    e.expires_at as "expiresAt", e.ended_at as "endedAt", e.attempt, e.snapshot_at as "snapshotAt",
    e.rows_estimated as "rowsEstimated", e.failure_code as "failureCode", e.failure_message as "failureMessage",
    coalesce(done.rows, 0)::int8 as "rowsDone", coalesce(e.archive_bytes, done.bytes, 0)::int8 as bytes,
    coalesce(counts.list, '[]') as categories, e.request, e.api_key as "apiKey", e.cuts, e.gaps,
    case when e.manifest is not null then 'ready' when e.damaged_at is not null then 'damaged'
      when e.status = 'completed' and e.rules is not null then 'pending' else 'none' end as manifest`;

const partsOf = `
  left join lateral (
    select sum(p.rows_done) as rows, sum(p.bytes_done) as bytes
    from handover.export_parts p where p.export_id = e.id and p.attempt = e.attempt
  ) done on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('name', c.name, 'rows', c.rows, 'bytes', c.bytes) order by c.first) as list
    from (
      select s.value ->> 'category' as name, sum((s.value ->> 'rows')::int8) as rows,
        sum((s.value ->> 'bytes')::int8) as bytes, min(p.number * 10000 + s.ordinality) as first
      from handover.export_parts p, jsonb_array_elements(p.sections) with ordinality s
      where p.export_id = e.id and p.attempt = e.attempt
      group by 1
    ) c
  ) counts on true`;

const select = `select ${columns} from handover.data_exports e ${partsOf}`;
const selectTold = `select ${columns}, ${mailColumns} from handover.data_exports e ${partsOf} ${newestMail}`;

/** The exports `e` that a statement changes, as they are after it. */
function afterwards(change: string): string {
  return `with e as (${change} returning e.*) select ${columns} from e ${partsOf}`;
}

function transition(session: Session, change: string, params: unknown[]): Promise<DataExport | null> {
  return one(session, afterwards(change), params);
}

async function one(session: Session, sql: string, params: unknown[]): Promise<DataExport | null> {
  const [row] = await session.query<Row>(sql, params);
  return row ? toExport(row) : null;
}

function toTold(row: ToldRow): ToldExport {
  const { mail, downloads, ...data } = withMail(row);
  return { ...toExport(data), mail, downloads };
}

function toExport(row: Row): DataExport {
  const {
    requesterId,
    requesterEmail,
    requesterName,
    requesterLanguage,
    failureCode,
    failureMessage,
    ...facts
  } = row;
  return {
    ...facts,
    requester: { id: requesterId, email: requesterEmail, name: requesterName, language: requesterLanguage },
    failure: failureCode === null ? null : { code: failureCode, message: failureMessage ?? '' },
  };
}
