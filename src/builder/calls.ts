import type { FileDigest } from '../archive/file-digest.ts';
import type { JsonDocument } from '../archive/json-frame.ts';
import type { Layout } from '../archive/layout.ts';
import type { ChatRequest, InstantStyle, MessageCut } from '../chat/request.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { type ErrorCode, HandoverError } from '../errors.ts';
import type { SectionCount } from '../lifecycle/balance.ts';
import type { Section, Slice } from '../lifecycle/export-parts-table.ts';
import type { TracingSettings } from '../tracing-settings.ts';
import type { StoreSettings } from '../vault/open-store.ts';

/** What the main thread asks of a builder thread, by name: arguments and answer. All of it is plain data. */
export interface Calls {
  /** Opens a snapshot and looks whether the subject exists in it. `handle` names it within its thread. */
  openSnapshot: [
    Wanted,
    {
      handle: string;
      id: string;
      takenAt: string;
      isShareable: boolean;
      maxAgeMs: number | null;
      hasSubject: boolean;
    },
  ];
  /** Decides what each part reads. */
  plan: [Wanted & { handle: string; attempt: number }, Plan];
  closeSnapshot: [{ handle: string }, null];
  buildPart: [PartOrder, BuiltPart];
  /** Reads a stored archive from end to end. Throws `archive_damaged`. */
  digestArchive: [ArchiveOrder, FileDigest];
  /** Which of the channels (as `type:id`) or users of a request do not exist now. */
  findMissing: [{ request: ChatRequest }, string[]];
  /** One user with everything, as the JSON of an answer. Throws `chat_not_found`, `chat_limit_exceeded`. */
  readUser: [UserOrder, Uint8Array];
  /** Sends the spans that wait. */
  flush: [null, null];
}
export type CallName = keyof Calls;

/** What an export is of: a subject of a kind, or what a server asked for. */
export interface Wanted {
  kind: string;
  subject: string;
  request: ChatRequest | null;
  /** The span under which it is wanted, while traces are made: a `traceparent`. */
  trace?: string | undefined;
}

export interface UserOrder {
  userId: string;
  style: InstantStyle;
  /** Most messages, and most reactions. */
  limit: number;
}

export interface ArchiveOrder {
  layout: Layout;
  /** That of the export's key. */
  identity: string;
}

export interface Plan {
  rowsEstimated: number;
  counts: SectionCount[];
  cuts: MessageCut[];
  parts: Slice[][];
}

export interface PartOrder extends Wanted {
  slices: Slice[];
  /** A snapshot of the same thread by its handle, or one held elsewhere by its id. */
  snapshot: { handle: string } | { id: string };
  /** Where the sealed part is stored. */
  objectName: string;
  /** The export's own age recipient. */
  recipient: string;
  /** The document that the part is all of; none when there are other parts, or it is no such document. */
  document?: JsonDocument;
}

export interface BuiltPart {
  sections: Section[];
  /** Hex, of the plaintext. */
  sha256: string;
  /** Hex, of the head of the sealed object. */
  headSha256: string;
  /** Of the document that it is all of. */
  file: FileDigest | null;
}

/** What a thread is started with. */
export interface ThreadSettings {
  config: ResolvedConfig;
  store: StoreSettings;
  /** Null makes no traces. */
  tracing: TracingSettings | null;
}

export type ToThread = { call: CallName; id: number; args: unknown } | { abort: number };
export type FromThread =
  | { id: number; answer: unknown }
  | { id: number; progress: Progress }
  | { id: number; error: WireError };

export interface Progress {
  rows: number;
  bytes: number;
}

/** An error on its way between threads, where classes are lost. */
interface WireError {
  code: ErrorCode | null;
  message: string;
  details: Record<string, unknown>;
  stack: string | undefined;
}

export function packError(error: unknown): WireError {
  const known = error instanceof HandoverError ? error : null;
  const plain = error instanceof Error ? error : new Error(String(error));
  const cause = plain.cause instanceof Error ? `: ${plain.cause.message}` : '';
  return {
    code: known?.code ?? null,
    message: known ? known.message : plain.message + cause,
    details: known?.details ?? {},
    stack: plain.stack,
  };
}

export function unpackError(wire: WireError): Error {
  const error = wire.code
    ? new HandoverError(wire.code, wire.message, { details: wire.details })
    : new Error(wire.message);
  error.stack = wire.stack;
  return error;
}
