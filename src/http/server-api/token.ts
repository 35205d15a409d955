import { createHmac, timingSafeEqual } from 'node:crypto';
import { refusals, refuse } from './refusals.ts';

/** The secret that signs the tokens of a key. */
export interface SigningKey {
  key: string;
  secret: string;
}

/**
 * Checks that a token was signed with the key's secret by a server, for now. Throws a refusal. A server's token is any
 * good one that names no user: SDKs differ in what else they claim, from `{}` to scopes and `server: true`, so nothing
 * of that is asked for. The signature is checked over the segments as they came, whatever the head's order of keys.
 */
export function checkServerToken(token: string, { key, secret }: SigningKey, now: Date): void {
  const segments = token.split('.');
  if (segments.length !== 3) throw refuse('token_segments');
  const [head = '', payload = '', signature = ''] = segments;
  const header = parseSegment(head);
  if (header === null) throw refuse('token_malformed');
  if (header.alg !== 'HS256') throw refuse('token_algorithm');
  // What a signer calls critical must be understood, and we understand none of it.
  if (header.crit !== undefined) throw refuse('token_malformed');
  if (!isSignature(signature, `${head}.${payload}`, secret)) {
    throw refuse('token_signature', `${refusals.token_signature.text} "${key}"`);
  }
  const claims = parseSegment(payload);
  if (claims === null) throw refuse('token_malformed');
  checkTimes(claims, now.getTime() / 1000);
  if (claims.user_id !== undefined && claims.user_id !== null) throw refuse('client_side');
}

/** How far the clocks of two machines may differ, in seconds. Some SDKs issue a token for each call, dated now. */
export const LEEWAY_SECONDS = 5;

type Claims = Record<string, unknown>;

/**
 * HS256 by `node:crypto`, at once: by way of WebCrypto, as in `jose`, each of a burst of calls imports the key anew and
 * waits for another thread, which was a quarter of what the call cost. Compared in constant time.
 */
function isSignature(given: string, signed: string, secret: string): boolean {
  if (secret === '') return false;
  const expected = Buffer.from(createHmac('sha256', secret).update(signed).digest('base64url'));
  const bytes = Buffer.from(given);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function checkTimes({ exp, nbf, iat }: Claims, nowSeconds: number): void {
  if ([exp, nbf, iat].some((time) => time !== undefined && time !== null && typeof time !== 'number')) {
    throw refuse('token_malformed');
  }
  if (typeof exp === 'number' && exp <= nowSeconds - LEEWAY_SECONDS) throw refuse('token_expired');
  if (typeof nbf === 'number' && nbf > nowSeconds + LEEWAY_SECONDS) throw refuse('token_too_early');
  if (typeof iat === 'number' && iat > nowSeconds + LEEWAY_SECONDS) throw refuse('token_from_future');
}

/** Null for what is not a JSON object. */
function parseSegment(segment: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}
