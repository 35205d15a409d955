import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { HandoverError } from '../errors.ts';

/** Seals small secrets under a key derived from the installation's key for one purpose. */
export interface Envelope {
  /** `owner` is bound in: an envelope copied into another row does not open there. */
  seal(plain: Uint8Array, owner: string): Uint8Array;
  /** Throws `key_unusable` if the key is another one, or the bytes or the owner are not the sealed ones. */
  open(sealed: Uint8Array, owner: string): Buffer;
}

/**
 * AES-256-GCM with a random nonce, as
 * ```
 * version (1) │ key id (4) │ nonce (12) │ ciphertext │ tag (16)
 * ```
 * where version, key id and owner are authenticated. The key id only lets an error say which key is missing.
 */
export function createEnvelope(installationKey: Uint8Array, purpose: 'export-key' | 'value'): Envelope {
  const key = createSecretKey(deriveKey(installationKey, purpose, 32));
  const lead = Buffer.concat([Buffer.of(version), deriveKey(installationKey, 'key-id', keyIdBytes)]);
  const idOfKey = keyId(lead);

  return {
    seal(plain, owner) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(
        Buffer.concat([lead, Buffer.from(owner)]),
      );
      return Buffer.concat([lead, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes.length < leadBytes + nonceBytes + tagBytes || bytes[0] !== version) {
        throw unusable('It is not in a form that this version of Handover seals.');
      }
      if (!bytes.subarray(0, leadBytes).equals(lead)) {
        throw unusable(`It was sealed under key ${keyId(bytes)}, and the key in use is ${idOfKey}.`);
      }
      const nonce = bytes.subarray(leadBytes, leadBytes + nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.concat([lead, Buffer.from(owner)])).setAuthTag(bytes.subarray(-tagBytes));
      const plain = decipher.update(bytes.subarray(leadBytes + nonceBytes, -tagBytes));
      try {
        return Buffer.concat([plain, decipher.final()]);
      } catch (cause) {
        throw unusable('It was altered after it was sealed, or belongs to another owner.', cause);
      }
    },
  };
}

const version = 1;
const keyIdBytes = 4;
const leadBytes = 1 + keyIdBytes;
const nonceBytes = 12;
const tagBytes = 16;

/** A key for one purpose, by HKDF-SHA256 (RFC 5869) from the installation's. */
export function deriveKey(installationKey: Uint8Array, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', installationKey, '', `handover/v1/${purpose}`, bytes));
}

function keyId(lead: Buffer): string {
  return lead.toString('hex', 1, leadBytes);
}

function unusable(reason: string, cause?: unknown): HandoverError {
  const message = `The installation key cannot open what was sealed here. ${reason}`;
  return new HandoverError('key_unusable', message, { cause });
}
