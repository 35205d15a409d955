import type { FastifyRequest } from 'fastify';
import { HandoverError } from '../../errors.ts';
import type { PortalSession } from '../../lifecycle/tokens-table.ts';
import { type ApiKey, findApiKey } from '../../steps/api-keys.ts';
import { accountKind, type Parts } from '../../steps/parts.ts';
import { findSession } from '../../steps/portal-session.ts';
import type { Counter } from '../rate-limits.ts';
import { invalidField } from '../validation.ts';
import { requireSameOrigin } from './same-origin.ts';
import { readSessionCookie } from './session-cookie.ts';

/** Whoever asks, and whose exports they may see: a signed-in browser, or a server of the product. */
export type Caller = SessionCaller | KeyCaller;

export interface SessionCaller {
  via: 'session';
  kind: string;
  accountId: string;
  /** For the audit trail: `user:<id>`. */
  actor: string;
  session: PortalSession;
  token: string;
}

export interface KeyCaller {
  via: 'key';
  kind: string;
  accountId: string;
  /** `key:<id>` */
  actor: string;
}

/** Failed attempts, counted by address. */
export interface FailedAttempts {
  wrongSecret: Counter;
  wrongSession: Counter;
}

/**
 * Finds out who is calling. An `Authorization` header counts before a cookie. Throws `unauthenticated`; `forbidden`
 * when a browser's call comes from elsewhere or means another account; `invalid_request` when a server does not say
 * which account it means; `rate_limited` after too many failures.
 */
export async function whoIsCalling(
  parts: Parts,
  failed: FailedAttempts,
  request: FastifyRequest,
): Promise<Caller> {
  const query = request.query as { accountId?: string; kind?: string };
  if (request.headers.authorization === undefined) return browserCaller(parts, failed, request, query);
  const apiKey = await requireApiKey(parts, failed, request);
  if (query.accountId === undefined) {
    throw invalidField(
      'accountId',
      'required',
      '`accountId` is missing: add ?accountId=… to say which account.',
    );
  }
  return {
    via: 'key',
    kind: accountKind(parts.config, query.kind).name,
    accountId: query.accountId,
    actor: `key:${apiKey.key}`,
  };
}

/** The API key of a call that only servers may make. Throws `unauthenticated`, `rate_limited`. */
export async function requireApiKey(
  parts: Parts,
  failed: FailedAttempts,
  request: FastifyRequest,
): Promise<ApiKey> {
  const credentials = basicCredentials(request.headers.authorization);
  if (credentials === null) {
    throw new HandoverError('unauthenticated', 'Send an API key and its secret with HTTP Basic.');
  }
  const apiKey = await findApiKey(parts, credentials.key, credentials.secret);
  // Who has the secret passes, also from an address that others guess from.
  if (apiKey !== null) return apiKey;
  await failed.wrongSecret.check(request);
  await failed.wrongSecret.count(request);
  throw new HandoverError(
    'unauthenticated',
    'There is no such API key, it was revoked, or the secret is another. List the keys with: handover keys list',
  );
}

async function browserCaller(
  parts: Parts,
  failed: FailedAttempts,
  request: FastifyRequest,
  query: { accountId?: string; kind?: string },
): Promise<SessionCaller> {
  const token = readSessionCookie(request, parts.publicUrl);
  if (token === null) throw new HandoverError('unauthenticated');
  if (!['GET', 'HEAD'].includes(request.method)) requireSameOrigin(request, parts.publicUrl);
  await failed.wrongSession.check(request);
  const session = await findSession(parts, token);
  if (session === null) {
    await failed.wrongSession.count(request);
    throw new HandoverError(
      'unauthenticated',
      'This page was open for long and is signed out now. Nothing is lost: open it again from the product.',
    );
  }
  const { kind, accountId } = session;
  if ((query.accountId ?? accountId) !== accountId || (query.kind ?? kind) !== kind) {
    throw new HandoverError('forbidden', 'This session is for another account.');
  }
  return { via: 'session', kind, accountId, actor: `user:${session.user.id}`, session, token };
}

/** Key and secret of a Basic header (RFC 7617); null for none and for other schemes. */
function basicCredentials(header: string | undefined): { key: string; secret: string } | null {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  // No key has control characters, and a database refuses to look for one that has.
  if (colon < 1 || /\p{Cc}/u.test(text)) return null;
  return { key: text.slice(0, colon), secret: text.slice(colon + 1) };
}
