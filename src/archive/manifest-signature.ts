import { createPublicKey, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { calculateJwkThumbprint } from 'jose';
import type { PublicKey, Signer } from '../vault/signer.ts';
import type { Manifest, UnsignedManifest } from './manifest.ts';

/** Signs a manifest; without a signer it says of itself that it is not signed. */
export async function signManifest(signer: Signer | null, manifest: UnsignedManifest): Promise<Manifest> {
  if (!signer) return { ...manifest, signature: null };
  return {
    ...manifest,
    signature: {
      algorithm: 'Ed25519',
      canonicalization: 'RFC 8785',
      keyId: await keyIdOf(signer.publicKey),
      publicKey: signer.publicKey.x,
      value: Buffer.from(signer.sign(signedBytes(manifest))).toString('base64url'),
    },
  };
}

/** Whether the key in a manifest signed it as it stands. Says nothing of whose key it is. */
export function isSigned(manifest: object, signature: NonNullable<Manifest['signature']>): boolean {
  const value = Buffer.from(signature.value, 'base64url');
  try {
    const key = createPublicKey({ key: { ...keyOf(signature.publicKey) }, format: 'jwk' });
    return verify(null, signedBytes(manifest), key, value);
  } catch {
    // 32 bytes that are no point of the curve, or not 32 bytes.
    return false;
  }
}

export function keyOf(x: string): PublicKey {
  return { kty: 'OKP', crv: 'Ed25519', x };
}

/** RFC 7638. */
export function keyIdOf({ kty, crv, x }: PublicKey): Promise<string> {
  return calculateJwkThumbprint({ kty, crv, x }, 'sha256');
}

/** What `/.well-known/handover-keys.json` holds (RFC 7517). */
export async function keySetOf(publicKey: PublicKey) {
  return {
    keys: [{ ...publicKey, kid: await keyIdOf(publicKey), alg: 'Ed25519' as const, use: 'sig' as const }],
  };
}

/** Every member but the signature, those too that this version does not know. */
function signedBytes(manifest: object): Uint8Array {
  const { signature: _, ...rest } = manifest as { signature?: unknown };
  return Buffer.from(canonicalize(rest) ?? '');
}
