import { HandoverError } from '../errors.ts';
import type { Requester } from '../lifecycle/data-export.ts';
import {
  burnPortalToken,
  deleteSessionToken,
  findSessionToken,
  insertSessionToken,
  type PortalSession,
} from '../lifecycle/tokens-table.ts';
import { accountKind, type Parts } from './parts.ts';

type SessionParts = Pick<Parts, 'config' | 'db' | 'now' | 'publicUrl'>;

/** How long the one-time link works, in milliseconds: a redirect, with time for a slow one. */
const LINK_MS = 5 * 60_000;
/** How long a browser stays signed in, in milliseconds: a working day, after which the product signs it in anew. */
const SESSION_MS = 8 * 3_600_000;

/** Makes the one-time address that the product's server redirects its customer to. Throws `kind_unknown`. */
export async function openPortalSession(
  parts: SessionParts,
  request: { kind: string | null; accountId: string; user: Requester; returnUrl: string | null },
): Promise<{ url: string; expiresAt: Date }> {
  const kind = accountKind(parts.config, request.kind);
  const now = parts.now();
  const expiresAt = new Date(now.getTime() + LINK_MS);
  const facts = { ...request, kind: kind.name };
  const token = await insertSessionToken(parts.db, { purpose: 'portal', facts, now, expiresAt });
  return { url: `${parts.publicUrl}/portal/${token}`, expiresAt };
}

/** Trades the one-time token for a session. Throws `portal_link_invalid` the second time, and after its time. */
export async function enterPortal(
  parts: SessionParts,
  token: string,
): Promise<{ sessionToken: string; expiresAt: Date; session: PortalSession }> {
  const now = parts.now();
  const expiresAt = new Date(now.getTime() + SESSION_MS);
  return parts.db.transaction(async (tx) => {
    const facts = await burnPortalToken(tx, token, now);
    if (!facts) throw new HandoverError('portal_link_invalid');
    const sessionToken = await insertSessionToken(tx, { purpose: 'session', facts, now, expiresAt });
    return { sessionToken, expiresAt, session: { ...facts, expiresAt } };
  });
}

/** Null when the browser is not, or no longer, signed in. */
export async function findSession(
  { db, now }: Pick<Parts, 'db' | 'now'>,
  sessionToken: string,
): Promise<PortalSession | null> {
  return findSessionToken(db, sessionToken, now());
}

export async function endSession({ db }: Pick<Parts, 'db'>, sessionToken: string): Promise<void> {
  await deleteSessionToken(db, sessionToken);
}
