import { compactVerify, errors } from 'jose';
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
export async function checkServerToken(token: string, { key, secret }: SigningKey, now: Date): Promise<void> {
  const [head = '', ...others] = token.split('.');
  if (others.length !== 2) throw refuse('token_segments');
  const header = parseClaims(Buffer.from(head, 'base64url').toString('utf8'));
  if (header === null) throw refuse('token_malformed');
  if (header.alg !== 'HS256') throw refuse('token_algorithm');
  const claims = await verifiedClaims(token, { key, secret });
  checkTimes(claims, now.getTime() / 1000);
  if (claims.user_id !== undefined && claims.user_id !== null) throw refuse('client_side');
}

/** How far the clocks of two machines may differ, in seconds. Some SDKs issue a token for each call, dated now. */
export const LEEWAY_SECONDS = 5;

type Claims = Record<string, unknown>;

async function verifiedClaims(token: string, { key, secret }: SigningKey): Promise<Claims> {
  try {
    const { payload } = await compactVerify(token, Buffer.from(secret), { algorithms: ['HS256'] });
    const claims = parseClaims(Buffer.from(payload).toString('utf8'));
    if (claims !== null) return claims;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      throw refuse('token_signature', `${refusals.token_signature.text} "${key}"`);
    }
    if (!(error instanceof errors.JOSEError)) throw error;
  }
  throw refuse('token_malformed');
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
function parseClaims(text: string): Claims | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}
