import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits: not to be guessed, not to be tried through. */
const TOKEN_BYTES = 32;

/** A fresh token, 43 characters of base64url, and the hash that is kept of it. */
export function createToken(): { token: string; hash: Buffer } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, hash: hashToken(token) };
}

/** SHA-256. A plain hash is enough for 256 random bits; there is nothing to guess as there is with passwords. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
