import type { FieldClass } from '../config/define.ts';
import type {
  ExportKind,
  LeftOut,
  ResolvedChat,
  ResolvedConfig,
  ResolvedPolicy,
} from '../config/resolved.ts';
import { type WhatLeaves, whatLeaves, whatLeavesByChat } from '../config/what-leaves.ts';
import { chooseLanguage, type Language, words } from '../language/language.ts';

/**
 * The record of what leaves, for whoever answers for it: made from the config alone, so it needs no database. The fields
 * and exclusions of a category are those of the archives' manifests.
 */
export interface Register {
  registerVersion: '1.0';
  product: string;
  config: { version: string | null; hash: string };
  exports: RegisteredExport[];
}

export interface RegisteredExport {
  kind: string;
  door: 'account' | 'server';
  /** The name of the database in the config; its address is nobody's business. */
  source: string;
  /** `schema.table.column` that identifies whose data it is; null at the chat door, where requests name them. */
  subject: string | null;
  retention: Retention;
  categories: RegisteredCategory[];
  /** Whole tables that stay. */
  leftOut: RegisteredExclusion[];
}

/** In milliseconds. */
export interface Retention {
  /** How long the file is kept. */
  fileMs: number;
  /** How long one address of it works; null: as long as the file. */
  addressMs: number | null;
  /** How long a request waits to be confirmed; null: it does not wait. */
  confirmationMs: number | null;
  /** The wait after a completed export; null: none. */
  cooldownMs: number | null;
}

export interface RegisteredCategory {
  name: string;
  title: string;
  /** What it is for, as the page says it. */
  purpose: string | null;
  table: string;
  fields: { key: string; column: string; class: FieldClass }[];
  excluded: RegisteredExclusion[];
  /** The predicate that rows have to meet to leave, and why the others stay; null when all leave. */
  rows: { where: string; why: string | null } | null;
  /** Fields that look like secrets and leave, each with its written reason. */
  sensitive: { column: string; denyClass: string; why: string }[];
}

export interface RegisteredExclusion {
  what: string;
  reason: LeftOut['reason'];
  note: string | null;
}

export function registerOf(config: ResolvedConfig): Register {
  const language = chooseLanguage([], config.product.language);
  return {
    registerVersion: '1.0',
    product: config.product.name,
    config: { version: config.version, hash: config.hash },
    exports: [
      ...Object.values(config.exports).map((kind) => ofKind(kind, language)),
      ...(config.chat === null ? [] : [ofChat(config.chat, language)]),
    ],
  };
}

function ofKind(kind: ExportKind, language: Language): RegisteredExport {
  const { schema, table, column } = kind.subject;
  return {
    kind: kind.name,
    door: kind.door,
    source: kind.source,
    subject: `${schema}.${table}.${column}`,
    retention: retentionOf(kind.policy),
    categories: whatLeaves(kind).map((leaves, index) => {
      const { title = leaves.category, description = null } = kind.categories[index] ?? {};
      return categoryOf(
        leaves,
        words(title, language),
        description && words(description, language),
        language,
      );
    }),
    leftOut: exclusionsOf(kind.leftOut, language),
  };
}

function ofChat(chat: ResolvedChat, language: Language): RegisteredExport {
  const { retentionMs, addressLifeMs } = chat.policy;
  return {
    kind: 'chat',
    door: 'server',
    source: chat.source,
    subject: null,
    retention: { fileMs: retentionMs, addressMs: addressLifeMs, confirmationMs: null, cooldownMs: null },
    categories: whatLeavesByChat(chat).map((leaves) => categoryOf(leaves, leaves.category, null, language)),
    leftOut: exclusionsOf(chat.leftOut, language),
  };
}

function retentionOf(policy: ResolvedPolicy): Retention {
  return {
    fileMs: policy.downloadWindowMs,
    addressMs: null,
    confirmationMs: policy.confirmByEmail ? policy.confirmationWindowMs : null,
    cooldownMs: policy.cooldownMs === 0 ? null : policy.cooldownMs,
  };
}

function categoryOf(
  { category, table, fields, excluded, rows, sensitive }: WhatLeaves,
  title: string,
  purpose: string | null,
  language: Language,
): RegisteredCategory {
  return {
    name: category,
    title,
    purpose,
    table,
    fields: fields.map(({ key, column, class: kind }) => ({ key, column, class: kind })),
    excluded: exclusionsOf(excluded, language),
    rows: rows && { where: rows.where, why: rows.why === null ? null : words(rows.why, language) },
    sensitive,
  };
}

function exclusionsOf(leftOut: LeftOut[], language: Language): RegisteredExclusion[] {
  return leftOut.map(({ what, reason, note }) => ({
    what,
    reason,
    note: note === null ? null : words(note, language),
  }));
}
