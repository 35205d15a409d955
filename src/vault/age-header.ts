import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { tagBytes } from './age-format.ts';

// The header of an age v1 file (https://c2sp.org/age) for X25519 keys. The age library does the same, mostly in JavaScript:
// to write one takes it 1.8 ms of CPU instead of 0.7, to open one 1.2 instead of 0.5, and 20 ms while it is cold. A small
// export seals one, and the first byte of a download waits for another.

/** A header for one recipient (`age1…`), and the fresh file key that it holds. Throws if the text has not that form. */
export function sealHeader(recipient: string): { header: Buffer; fileKey: Buffer } {
  const data = recipientForm.exec(recipient)?.[1];
  if (data === undefined) throw new Error('It is no X25519 recipient of age.');
  const recipientBytes = decodeBech32(data);
  const fileKey = randomBytes(FILE_KEY_BYTES);
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const share = bytesOf(publicKey);
  const key = wrappingKey(privateKey, keyOf(recipientBytes), share, recipientBytes);
  const cipher = createCipheriv('chacha20-poly1305', key, NONCE, { authTagLength: tagBytes });
  const wrapped = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
  const signed = `age-encryption.org/v1\n-> X25519 ${toBase64(share)}\n${toBase64(wrapped)}\n---`;
  return { header: Buffer.from(`${signed} ${macOf(fileKey, signed)}\n`), fileKey };
}

/**
 * The file key in a header, for an identity (`AGE-SECRET-KEY-1…`); null when it is for others only. Throws if it is no
 * such header, or was altered.
 */
export function openHeader(header: Buffer, identity: string): Buffer | null {
  const [, stanzas, mac] = headerForm.exec(header.toString('latin1')) ?? [];
  if (stanzas === undefined || mac === undefined) throw new Error('It is no age v1 header.');
  const own = readIdentity(identity);
  for (const [, share, wrapped] of stanzas.matchAll(/^-> X25519 ([\w+/]{43})\n([\w+/]{43})\n/gm)) {
    const fileKey = unwrap(own, fromBase64(share), fromBase64(wrapped));
    if (fileKey === null) continue;
    const expected = macOf(fileKey, header.subarray(0, header.lastIndexOf('---') + '---'.length));
    // As text: its last character has bits to spare, which decoding would not see.
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(mac)))
      throw new Error('Its MAC is that of another header.');
    return fileKey;
  }
  return null;
}

/** Stanzas of a line of arguments and lines of base64, then the line of the MAC. */
const headerForm = /^age-encryption\.org\/v1\n((?:-> [^\n]+\n(?:[\w+/]*\n)+)+)--- ([\w+/]{43})\n$/;

interface Identity {
  privateKey: KeyObject;
  publicBytes: Buffer;
}

/** The file key, if it was wrapped for this identity. */
function unwrap({ privateKey, publicBytes }: Identity, share: Buffer, wrapped: Buffer): Buffer | null {
  const key = wrappingKey(privateKey, keyOf(share), share, publicBytes);
  const decipher = createDecipheriv('chacha20-poly1305', key, NONCE, { authTagLength: tagBytes });
  decipher.setAuthTag(wrapped.subarray(-tagBytes));
  const fileKey = decipher.update(wrapped.subarray(0, -tagBytes));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return fileKey;
}

function readIdentity(identity: string): Identity {
  const data = identityForm.exec(identity)?.[1];
  if (data === undefined) throw new Error('It is no X25519 identity of age.');
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Lead, decodeBech32(data)]),
    format: 'der',
    type: 'pkcs8',
  });
  return { privateKey, publicBytes: bytesOf(createPublicKey(privateKey)) };
}

/** What wraps the file key: both sides of the agreement, and both public halves. It is used once, so its nonce is zero. */
function wrappingKey(own: KeyObject, other: KeyObject, share: Buffer, recipient: Buffer): Uint8Array {
  const secret = diffieHellman({ privateKey: own, publicKey: other });
  const salt = Buffer.concat([share, recipient]);
  return new Uint8Array(hkdfSync('sha256', secret, salt, 'age-encryption.org/v1/X25519', 32));
}

const NONCE = Buffer.alloc(12);
const FILE_KEY_BYTES = 16;

function macOf(fileKey: Uint8Array, signed: string | Uint8Array): string {
  const key = Buffer.from(hkdfSync('sha256', fileKey, '', 'header', 32));
  return withoutPadding(createHmac('sha256', key).update(signed).digest('base64'));
}

function keyOf(publicBytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiLead, publicBytes]), format: 'der', type: 'spki' });
}

function bytesOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
}

/** DER of X25519 keys, up to their 32 bytes (RFC 8410). */
const pkcs8Lead = Buffer.from('302e020100300506032b656e04220420', 'hex');
const spkiLead = Buffer.from('302a300506032b656e032100', 'hex');

/** What the bytes of a recipient and of an identity are written in, each without its checksum. */
const recipientForm = /^age1([02-9ac-hj-np-z]{52})[02-9ac-hj-np-z]{6}$/;
const identityForm = /^AGE-SECRET-KEY-1([02-9AC-HJ-NP-Z]{52})[02-9AC-HJ-NP-Z]{6}$/;

/**
 * 32 bytes (BIP 173): five bits a character, then six characters of a checksum for those who type them. Ours come out of an
 * envelope that was authenticated.
 */
function decodeBech32(data: string): Buffer {
  let bits = 0n;
  for (const character of data.toLowerCase())
    bits = (bits << 5n) | BigInt('qpzry9x8gf2tvdw0s3jn54khce6mua7l'.indexOf(character));
  // 52 characters are 260 bits: four more than the key has.
  return Buffer.from((bits >> 4n).toString(16).padStart(64, '0'), 'hex');
}

function toBase64(bytes: Buffer): string {
  return withoutPadding(bytes.toString('base64'));
}

function withoutPadding(base64: string): string {
  return base64.replace(/=+$/, '');
}

function fromBase64(text = ''): Buffer {
  return Buffer.from(text, 'base64');
}
