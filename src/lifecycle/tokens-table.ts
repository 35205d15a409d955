import type { Session } from '../database.ts';
import type { Requester } from './data-export.ts';
import { createToken, hashToken } from './tokens.ts';

/** Whose page it is: an account, and the person who looks at it. */
export interface PortalSession {
  kind: string;
  accountId: string;
  user: Requester;
  /** Where "back" leads: an address of the product. */
  returnUrl: string | null;
  expiresAt: Date;
}

type SessionFacts = Omit<PortalSession, 'expiresAt'>;

/** Makes a link token of one export. Only its hash is kept: the return value is the only copy. */
export async function insertExportToken(
  session: Session,
  token: { purpose: 'confirm' | 'download'; exportId: string; now: Date; expiresAt: Date },
): Promise<string> {
  const { token: secret, hash } = createToken();
  await session.query(
    `insert into handover.tokens (hash, purpose, export_id, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
    [hash, token.purpose, token.exportId, token.now, token.expiresAt],
  );
  return secret;
}

/** Makes the token of a one-time link to the page, or of a signed-in browser. */
export async function insertSessionToken(
  session: Session,
  token: { purpose: 'portal' | 'session'; facts: SessionFacts; now: Date; expiresAt: Date },
): Promise<string> {
  const { token: secret, hash } = createToken();
  await session.query(
    `insert into handover.tokens (hash, purpose, session, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
    [hash, token.purpose, JSON.stringify(token.facts), token.now, token.expiresAt],
  );
  return secret;
}

/** The export that an unexpired confirmation token belongs to; null for any other text. */
export async function findConfirmable(
  session: Session,
  token: { secret: string; now: Date },
): Promise<string | null> {
  const [row] = await session.query<{ export_id: string }>(
    `select export_id from handover.tokens where hash = $1 and purpose = 'confirm' and expires_at > $2`,
    [hashToken(token.secret), token.now],
  );
  return row?.export_id ?? null;
}

/** Burns a portal token: of several who hold it, one gets the session and the others null. */
export async function burnPortalToken(
  session: Session,
  secret: string,
  now: Date,
): Promise<SessionFacts | null> {
  const [row] = await session.query<{ session: SessionFacts }>(
    `delete from handover.tokens where hash = $1 and purpose = 'portal' and expires_at > $2 returning session`,
    [hashToken(secret), now],
  );
  return row?.session ?? null;
}

/** Null for a session that has ended, or never was. */
export async function findSessionToken(
  session: Session,
  secret: string,
  now: Date,
): Promise<PortalSession | null> {
  const [row] = await session.query<{ session: SessionFacts; expiresAt: Date }>(
    `select session, expires_at as "expiresAt" from handover.tokens
     where hash = $1 and purpose = 'session' and expires_at > $2`,
    [hashToken(secret), now],
  );
  return row ? { ...row.session, expiresAt: row.expiresAt } : null;
}

export async function deleteSessionToken(session: Session, secret: string): Promise<void> {
  await session.query(`delete from handover.tokens where hash = $1 and purpose = 'session'`, [
    hashToken(secret),
  ]);
}

/** Tokens of an export that ended open nothing any more. */
export async function deleteExportTokens(session: Session, exportId: string): Promise<void> {
  await session.query(`delete from handover.tokens where export_id = $1`, [exportId]);
}

export async function deleteExpiredTokens(session: Session, now: Date): Promise<void> {
  await session.query(`delete from handover.tokens where expires_at <= $1`, [now]);
}
