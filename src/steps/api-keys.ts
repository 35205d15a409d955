import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Session } from '../database.ts';
import {
  findApiKeys,
  findLiveApiKey,
  insertApiKey,
  revokeApiKeyRow,
  updateApiKeyRow,
} from '../lifecycle/api-keys-table.ts';
import type { Parts } from './parts.ts';

/** A key as it may be shown: without its secret. */
export interface ApiKey {
  key: string;
  name: string;
  createdAt: Date | null;
  revokedAt: Date | null;
  maxMessagesPerUser: number | null;
  webhookUrl: string | null;
}

/** What an operator decides about a key. */
export interface KeySettings {
  /** More messages of a user than the policy allows; null goes back to the policy. */
  maxMessagesPerUser?: number | null;
  /** Null for none. */
  webhookUrl?: string | null;
}

type KeyParts = Pick<Parts, 'db' | 'vault' | 'now'>;

/** Makes a key. The secret (64 hex digits) is in the answer and nowhere else in the clear. */
export async function createApiKey(
  parts: KeyParts,
  name: string,
  settings: KeySettings = {},
): Promise<ApiKey & { secret: string }> {
  const key = `hk_${randomBytes(9).toString('base64url')}`;
  const secret = randomBytes(32).toString('hex');
  const createdAt = parts.now();
  const sealedSecret = parts.vault.sealValue(Buffer.from(secret), owner(key));
  const { maxMessagesPerUser = null, webhookUrl = null } = settings;
  await insertApiKey(parts.db, { key, name, sealedSecret, createdAt, maxMessagesPerUser, webhookUrl });
  return { key, name, createdAt, revokedAt: null, maxMessagesPerUser, webhookUrl, secret };
}

/** Oldest first, revoked ones too. */
export async function listApiKeys({ db }: Pick<Parts, 'db'>): Promise<ApiKey[]> {
  const rows = await findApiKeys(db);
  return rows.map(({ sealedSecret: _, ...shown }) => shown);
}

/** False when there is no such live key. */
export async function revokeApiKey({ db, now }: Pick<Parts, 'db' | 'now'>, key: string): Promise<boolean> {
  return revokeApiKeyRow(db, key, now());
}

/** Changes a key while it is in use. False when there is no such live key. */
export async function updateApiKey(
  { db }: Pick<Parts, 'db'>,
  key: string,
  settings: KeySettings,
): Promise<boolean> {
  return updateApiKeyRow(db, key, settings);
}

/** A key with its secret, for signatures that are made with it; null when there is no such live key. */
export async function findApiKeySecret(
  parts: Pick<Parts, 'db' | 'vault' | 'presetKey'>,
  key: string,
): Promise<(ApiKey & { secret: string }) | null> {
  const { presetKey } = parts;
  if (presetKey && key === presetKey.key) {
    return {
      ...presetKey,
      name: 'HANDOVER_API_KEY',
      createdAt: null,
      revokedAt: null,
      maxMessagesPerUser: null,
      webhookUrl: null,
    };
  }
  const row = await findLiveApiKey(parts.db, key);
  if (!row) return null;
  const { sealedSecret, ...shown } = row;
  return { ...shown, secret: Buffer.from(parts.vault.openValue(sealedSecret, owner(key))).toString() };
}

/** The key, if the secret is its own; null otherwise. Secrets are compared in constant time. */
export async function findApiKey(
  parts: Pick<Parts, 'db' | 'vault' | 'presetKey'>,
  key: string,
  secret: string,
): Promise<ApiKey | null> {
  const found = await findApiKeySecret(parts, key);
  if (!isEqual(secret, found?.secret ?? '') || !found) return null;
  const { secret: _, ...shown } = found;
  return shown;
}

/** Where the owner of a live key is told of exports that ended; null for nowhere. */
export async function webhookOf(session: Session, key: string): Promise<string | null> {
  return (await findLiveApiKey(session, key))?.webhookUrl ?? null;
}

function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function owner(key: string): string {
  return `api-key:${key}`;
}
