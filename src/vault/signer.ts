import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { deriveKey } from './envelope.ts';

/** Signs what is handed out, so that anybody with the public key can tell that this installation made it. */
export interface Signer {
  publicKey: PublicKey;
  /** Ed25519 (RFC 8032): 64 bytes, the same for the same bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** A JSON Web Key (RFC 8037). */
export interface PublicKey {
  kty: 'OKP';
  crv: 'Ed25519';
  /** 32 bytes in base64url. */
  x: string;
}

/** The signer of an installation: derived from its key, so the same for as long as that is. */
export function createSigner(installationKey: Uint8Array): Signer {
  const seed = deriveKey(installationKey, 'manifest-signature', 32);
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { publicKey: { kty: 'OKP', crv: 'Ed25519', x }, sign: (bytes) => sign(null, bytes, key) };
}

/** What stands before the 32 bytes of a private key (RFC 8410, section 7). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');
