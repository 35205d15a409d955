import type { ChatRequest, MessageCut } from '../chat/request.ts';
import type { Gap } from './balance.ts';

/**
 * An *export* is one run for one subject. It has one life, whichever door it came in by:
 *
 * ```
 * pending ─(confirm)─ confirmed ─(a worker takes it)─ processing ─ completed ─ expired
 *    └ cancelled, expired  └ cancelled                   └ cancelled, failed
 * ```
 * In code it is a `DataExport`, since `export` is a reserved word.
 */
export interface DataExport {
  id: string;
  kind: string;
  subjectId: string;
  door: Door;
  status: Status;
  requester: Requester;
  requestedAt: Date;
  /** Until when a pending export can be confirmed. */
  confirmBy: Date | null;
  confirmedAt: Date | null;
  startedAt: Date | null;
  completedAt: Date | null;
  /** When a completed export stops being downloadable; when an expired one did. */
  expiresAt: Date | null;
  /** When it became expired, failed or cancelled. */
  endedAt: Date | null;
  /** Counts the snapshots taken for it; parts of an earlier attempt are worthless. */
  attempt: number;
  /** Instant of the snapshot, RFC 3339 with microseconds. */
  snapshotAt: string | null;
  rowsEstimated: number | null;
  rowsDone: number;
  /** Plaintext bytes written so far; of the whole file once completed. */
  bytes: number;
  categories: CategoryCount[];
  failure: { code: string; message: string } | null;
  /** What a server asked for; null at the account door. */
  request: ChatRequest | null;
  /** The key by which a server asked. */
  apiKey: string | null;
  /** Limits that cut something, in the order of the file. */
  cuts: MessageCut[];
  /** Where the counts do not balance: it is *completed with gaps* then. Empty before it is completed. */
  gaps: Gap[];
  manifest: ManifestState;
}

/** `damaged`: the stored file was found not to be the one that was written. `none`: there is none to come. */
export const manifestStates = ['none', 'pending', 'ready', 'damaged'] as const;
export type ManifestState = (typeof manifestStates)[number];

export type Door = 'account' | 'server';

export const statuses = [
  'pending',
  'confirmed',
  'processing',
  'completed',
  'expired',
  'failed',
  'cancelled',
] as const;
export type Status = (typeof statuses)[number];

/** One export of a kind and subject may be in one of these at a time; a partial unique index keeps it so. */
export const activeStatuses = ['pending', 'confirmed', 'processing', 'completed'] as const satisfies Status[];

/** Who asked, as the product's server named them when it opened the portal session. */
export interface Requester {
  id: string;
  email: string;
  name: string | null;
  /** Language of the mails, a tag such as `en`; null for the product's own. */
  language: string | null;
}

export interface CategoryCount {
  name: string;
  rows: number;
  bytes: number;
}
