import type { Session } from '../database.ts';

/** A key of a product's server. The secret is sealed, not hashed: signatures made with it must be checked. */
export interface ApiKeyRow {
  key: string;
  name: string;
  sealedSecret: Uint8Array;
  createdAt: Date;
  revokedAt: Date | null;
  /** Raises the policy's limit for this key; null leaves it. */
  maxMessagesPerUser: number | null;
  /** Where the key's owner is told of exports that ended. */
  webhookUrl: string | null;
}

export async function insertApiKey(session: Session, row: Omit<ApiKeyRow, 'revokedAt'>): Promise<void> {
  await session.query(
    `insert into handover.api_keys (key, name, sealed_secret, created_at, max_messages_per_user, webhook_url)
     values ($1, $2, $3, $4, $5, $6)`,
    [row.key, row.name, row.sealedSecret, row.createdAt, row.maxMessagesPerUser, row.webhookUrl],
  );
}

/** Null for keys that never were, and for revoked ones. */
export async function findLiveApiKey(session: Session, key: string): Promise<ApiKeyRow | null> {
  const [row] = await session.query<ApiKeyRow>(`${select} where key = $1 and revoked_at is null`, [key]);
  return row ?? null;
}

/** Oldest first, revoked ones too. */
export async function findApiKeys(session: Session): Promise<ApiKeyRow[]> {
  return session.query<ApiKeyRow>(`${select} order by created_at, key`);
}

/** False when there is no such live key. */
export async function revokeApiKeyRow(session: Session, key: string, now: Date): Promise<boolean> {
  const rows = await session.query(
    `update handover.api_keys set revoked_at = $2 where key = $1 and revoked_at is null returning key`,
    [key, now],
  );
  return rows.length > 0;
}

/** Changes what is given, of a live key. False when there is none. */
export async function updateApiKeyRow(
  session: Session,
  key: string,
  change: { maxMessagesPerUser?: number | null; webhookUrl?: string | null },
): Promise<boolean> {
  const rows = await session.query(
    `update handover.api_keys set
       max_messages_per_user = case when $2 then $3::int else max_messages_per_user end,
       webhook_url = case when $4 then $5::text else webhook_url end
     where key = $1 and revoked_at is null returning key`,
    [
      key,
      change.maxMessagesPerUser !== undefined,
      change.maxMessagesPerUser ?? null,
      change.webhookUrl !== undefined,
      change.webhookUrl ?? null,
    ],
  );
  return rows.length > 0;
}

const select = `
  select key, name, sealed_secret as "sealedSecret", created_at as "createdAt", revoked_at as "revokedAt",
    max_messages_per_user as "maxMessagesPerUser", webhook_url as "webhookUrl"
  from handover.api_keys`;
