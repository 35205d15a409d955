import type { Logger } from 'pino';
import type { LayoutCache } from '../archive/layout-cache.ts';
import type { Builder } from '../builder/builder.ts';
import type { ExportKind, ResolvedChat, ResolvedConfig } from '../config/resolved.ts';
import type { Database } from '../database.ts';
import { HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Opener } from '../opener/opener.ts';
import type { Queue } from '../queue.ts';
import type { Tracing } from '../tracing.ts';
import type { Vault } from '../vault/vault.ts';

/** Everything a step may use, built once by `start.ts`. A step names what it takes of it. */
export interface Parts {
  config: ResolvedConfig;
  db: Database;
  queue: Queue;
  vault: Vault;
  builder: Builder;
  /** Opens files that are handed out. */
  opener: Opener;
  /** Of the files that were handed out last. */
  layouts: LayoutCache;
  mailer: Mailer;
  /** Where mails can be read when there is no SMTP; null otherwise. */
  mailbox: Mailbox | null;
  log: Logger;
  /** The clock. Tests move it by hand. */
  now: () => Date;
  /** What links begin with, without a trailing slash. */
  publicUrl: string;
  /** A key that exists by the environment. */
  presetKey: { key: string; secret: string } | null;
  /** Null where traces are not switched on. */
  tracing: Tracing | null;
}

/** Throws `kind_unknown`, naming those that exist. */
export function findKind(config: ResolvedConfig, name: string): ExportKind {
  const kind = Object.hasOwn(config.exports, name) ? config.exports[name] : undefined;
  if (kind) return kind;
  const names = Object.keys(config.exports).join(', ');
  throw new HandoverError('kind_unknown', `The config names no export "${name}". It names: ${names}.`);
}

/** How long an export's file is kept, and how often a fault is tried again. Throws `kind_unknown`, `chat_unset`. */
export function limitsOf(
  config: ResolvedConfig,
  { kind, door }: Pick<DataExport, 'kind' | 'door'>,
): { downloadWindowMs: number; retries: number } {
  if (door === 'account') return findKind(config, kind).policy;
  const { retentionMs, retries } = requireChat(config).policy;
  return { downloadWindowMs: retentionMs, retries };
}

/** Throws `chat_unset` where the config has no server door. */
export function requireChat({ chat }: ResolvedConfig): ResolvedChat {
  if (chat) return chat;
  throw new HandoverError('chat_unset');
}

/** The kind that the account door shows when a caller names none. Throws `kind_unknown` when there is no such kind, or more than one. */
export function accountKind(config: ResolvedConfig, name?: string | null): ExportKind {
  const kinds = Object.values(config.exports).filter((kind) => kind.door === 'account');
  if (name) {
    const kind = kinds.find((candidate) => candidate.name === name);
    if (kind) return kind;
  } else if (kinds[0] && kinds.length === 1) {
    return kinds[0];
  }
  const names = kinds.map((kind) => kind.name).join(', ') || 'none';
  throw new HandoverError(
    'kind_unknown',
    `kind: expected one of the exports of the account door (${names}).`,
    {
      details: { field: 'kind' },
    },
  );
}
