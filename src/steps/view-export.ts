import type { Gap } from '../lifecycle/balance.ts';
import type { CategoryCount, DataExport, ManifestState, Status } from '../lifecycle/data-export.ts';
import {
  findStanding,
  findToldExport,
  findToldExports,
  type Subject,
  type ToldExport,
} from '../lifecycle/data-exports-table.ts';
import type { MailAndDownloads } from '../lifecycle/mails-and-downloads.ts';
import type { LetterName } from '../lifecycle/mails-table.ts';
import { countWorkers, WORKER_ALIVE_MS } from '../lifecycle/workers-table.ts';
import { fileNameOf } from './download-export.ts';
import { findKind, type Parts } from './parts.ts';
import { cooldownEnd } from './request-export.ts';
import { RESEND_PAUSE_MS } from './resend-confirmation.ts';

/** An export as the account door tells of it. */
export interface ExportView {
  id: string;
  kind: string;
  accountId: string;
  status: Status;
  requestedAt: Date;
  confirmBy: Date | null;
  confirmedAt: Date | null;
  startedAt: Date | null;
  completedAt: Date | null;
  expiresAt: Date | null;
  endedAt: Date | null;
  requestedBy: { id: string; email: string; name: string | null };
  progress: { rowsDone: number; rowsEstimated: number | null; bytes: number };
  failure: { code: string; message: string } | null;
  categories: CategoryCount[];
  /** Only while it can be downloaded. */
  file: { name: string; bytes: number } | null;
  mail: MailView;
  /** How often the file was handed out. */
  downloads: number;
  gaps: Gap[];
  manifest: ManifestState;
}

/** How the newest mail of an export fares. */
export interface MailView {
  state: 'none' | 'queued' | 'sent' | 'failing';
  kind: LetterName | null;
  lastError: string | null;
  /** When another confirmation mail may be asked for; null when none may. */
  resendAvailableAt: Date | null;
}

type ViewParts = Pick<Parts, 'config' | 'db' | 'now'>;

/** How many exports a history shows. */
const HISTORY = 50;

/** Null when there is no such export. */
export async function viewExport(parts: ViewParts, id: string): Promise<ExportView | null> {
  const data = await findToldExport(parts.db, id);
  return data && view(parts, data);
}

/** The exports of a subject, newest first. */
export async function viewExports(parts: ViewParts, subject: Subject): Promise<ExportView[]> {
  const found = await findToldExports(parts.db, subject, HISTORY);
  return found.map((data) => view(parts, data));
}

/** Whether the account may ask for an export now, and when it may otherwise, as far as that is known. */
export async function requestAllowance(
  parts: ViewParts,
  subject: Subject,
): Promise<{ allowed: boolean; code: 'export_active' | 'export_cooldown' | null; availableAt: Date | null }> {
  const now = parts.now();
  const kind = findKind(parts.config, subject.kind);
  const { active, lastCompletedAt } = await findStanding(parts.db, subject);
  const availableAt = cooldownEnd(kind, lastCompletedAt);
  const cooldownAt = availableAt && availableAt > now ? availableAt : null;
  if (active && statusAt(active, now) === active.status) {
    return { allowed: false, code: 'export_active', availableAt: cooldownAt };
  }
  if (cooldownAt) return { allowed: false, code: 'export_cooldown', availableAt: cooldownAt };
  return { allowed: true, code: null, availableAt: null };
}

/** How many workers are alive: none is said, never hidden. */
export async function workersSeen({ db, now }: Pick<Parts, 'db' | 'now'>) {
  return countWorkers(db, new Date(now().getTime() - WORKER_ALIVE_MS));
}

function view(parts: ViewParts, data: ToldExport): ExportView {
  const now = parts.now();
  const status = statusAt(data, now);
  return {
    id: data.id,
    kind: data.kind,
    accountId: data.subjectId,
    status,
    requestedAt: data.requestedAt,
    confirmBy: data.confirmBy,
    confirmedAt: data.confirmedAt,
    startedAt: data.startedAt,
    completedAt: data.completedAt,
    expiresAt: data.expiresAt,
    endedAt: status === data.status ? data.endedAt : (data.expiresAt ?? data.confirmBy),
    requestedBy: { id: data.requester.id, email: data.requester.email, name: data.requester.name },
    progress: { rowsDone: data.rowsDone, rowsEstimated: data.rowsEstimated, bytes: data.bytes },
    failure: data.failure,
    categories: data.categories,
    file:
      status === 'completed'
        ? { name: fileNameOf(parts.config.product.name, data), bytes: data.bytes }
        : null,
    mail: viewMail(data.mail, status),
    downloads: data.downloads,
    gaps: data.gaps,
    manifest: data.manifest,
  };
}

/** A deadline holds when it passes, not when the sweep gets to it. */
function statusAt(data: Pick<DataExport, 'status' | 'confirmBy' | 'expiresAt'>, now: Date): Status {
  const deadline =
    data.status === 'pending' ? data.confirmBy : data.status === 'completed' ? data.expiresAt : null;
  return deadline && deadline <= now ? 'expired' : data.status;
}

function viewMail(mail: MailAndDownloads['mail'], status: Status): MailView {
  if (!mail) return { state: 'none', kind: null, lastError: null, resendAvailableAt: null };
  // A letter that the export overtook is missed by nobody.
  const isOvertaken = !mail.sentAt && status !== pointOf[mail.letter];
  if (isOvertaken) return { state: 'none', kind: null, lastError: null, resendAvailableAt: null };
  const isFailing = mail.givenUpAt !== null || mail.tries > 0;
  return {
    state: mail.sentAt ? 'sent' : isFailing ? 'failing' : 'queued',
    kind: mail.letter,
    lastError: mail.sentAt ? null : mail.lastError,
    resendAvailableAt: status === 'pending' ? new Date(mail.queuedAt.getTime() + RESEND_PAUSE_MS) : null,
  };
}

/** The status in which a letter has its point. */
const pointOf = { confirmation: 'pending', ready: 'completed', failed: 'failed' } as const satisfies Record<
  LetterName,
  Status
>;
