import type { DenyClass } from '../classify/deny-class.ts';
import type { SourceSettings } from '../sources/open-source.ts';
import type { Selection } from '../sources/source.ts';
import type { ExclusionReason, FieldClass, Words } from './define.ts';

/**
 * A config after it was loaded and checked: every default filled in, every name resolved, durations in
 * milliseconds. Plain data, so it can be cloned into a worker thread.
 */
export interface ResolvedConfig {
  /** Absolute path of the config file. */
  path: string;
  /** The operator's own label. */
  version: string | null;
  /** SHA-256 (hex) of `exports` and `chat`, so that an archive can say by which rules it was made. No address or secret is in it. */
  hash: string;
  product: ResolvedProduct;
  sources: Record<string, SourceSettings>;
  exports: Record<string, ExportKind>;
  /** How the product's tables are the server door's channels, users and messages; null without that door. */
  chat: ResolvedChat | null;
}

export interface ResolvedProduct {
  name: string;
  logo: { bytes: Uint8Array; contentType: string } | null;
  /** `#rrggbb` */
  accentColor: string;
  language: string;
  support: string | null;
}

/** One kind of export, ready to be read. */
export interface ExportKind {
  name: string;
  door: 'account' | 'server';
  source: string;
  subject: { schema: string; table: string; column: string };
  /** One a category, in archive order. */
  selections: Selection[];
  /** The same categories as a person sees them, in the same order. */
  categories: CategoryWords[];
  /** Whole tables that stay. */
  leftOut: LeftOut[];
  policy: ResolvedPolicy;
}

export interface CategoryWords {
  name: string;
  title: Words;
  description: Words | null;
  /** What leaves of each row, in the order in which the keys stand in it. */
  fields: Field[];
  leftOut: LeftOut[];
  /** Why rows of this category stay, when a `where` keeps some back. */
  rowsLeftOut: Words | null;
  sensitive: Allowance[];
}

export interface Field {
  column: string;
  /** In the JSON rows. */
  key: string;
  class: FieldClass;
}

/** A column that leaves though its name is one of a password, a key, a card number or the like. */
export interface Allowance {
  column: string;
  /** What its name says it holds; `unsure` where it says it not for certain. */
  denyClass: DenyClass | 'unsure';
  /** The written reason. */
  why: string;
}

export interface LeftOut {
  /** A column, a path inside one, or a table. */
  what: string;
  reason: ExclusionReason;
  note: Words | null;
}

export interface ResolvedPolicy {
  confirmByEmail: boolean;
  confirmationWindowMs: number;
  downloadWindowMs: number;
  cooldownMs: number;
  retries: number;
  rowsPerPart: number;
}

/** The server door: which tables and columns of the product are what the chat API knows. */
export interface ResolvedChat {
  source: string;
  policy: ChatPolicy;
  users: ChatEntity;
  channels: ChatEntity & {
    /** The column by which other tables name a channel. */
    key: string;
  };
  members: ChatEntity;
  messages: ChatEntity;
  reactions: ChatEntity | null;
  reads: ChatEntity | null;
  calls: ChatEntity | null;
  /** Whole tables that stay. */
  leftOut: LeftOut[];
}

export interface ChatEntity {
  schema: string;
  table: string;
  /** By the name of the API's field, in the order of `chatFields`: the column it is read from. */
  fields: Record<string, ChatColumn>;
  /** Columns of the product's own, by the key under which they leave. */
  custom: Record<string, ChatColumn>;
  leftOut: LeftOut[];
  /** What kind of data each column that leaves holds. */
  classes: Record<string, FieldClass>;
  sensitive: Allowance[];
}

export interface ChatColumn {
  column: string;
  /** Paths left out inside a JSON column. */
  omit: string[][];
}

/** Every limit and duration of the server door. */
export interface ChatPolicy {
  /** How long a file is kept. */
  retentionMs: number;
  /** How long an address works. */
  addressLifeMs: number;
  channelsPerRequest: number;
  usersPerRequest: number;
  /** Unless the operator raised it for a key. */
  messagesPerUser: number;
  retries: number;
  /** Rows of one part. */
  rowsPerPart: number;
  /** Calls a minute and key. */
  rateLimits: { exportChannels: number; exportUsers: number; exportUser: number; exportStatus: number };
}
