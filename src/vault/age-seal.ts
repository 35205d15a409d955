import { createCipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { Encrypter } from 'age-encryption';
import { chunkBytes, chunkNonce, derivePayloadKey, payloadNonceBytes, tagBytes } from './age-format.ts';

/**
 * Seals one age v1 file as its plaintext comes. Write `head`, then all that `update` returns, then all that `final`
 * returns. At most one chunk of plaintext is held back, since the last chunk is marked as such.
 */
export interface Sealer {
  /** The age header and the nonce: {@link headBytes} bytes. */
  head: Uint8Array;
  /** Takes any number of bytes, which may be overwritten when it returns; what it returns is the caller's. */
  update(plain: Uint8Array): Uint8Array[];
  /** Seals what was held back as the last chunk. Call it once; afterwards the sealer is spent. */
  final(): Uint8Array[];
}

/** A sealer for an X25519 recipient (`age1…`). Throws if the recipient is malformed. */
export async function createSealer(recipient: string): Promise<Sealer> {
  const { header, fileKey } = await createHeader(recipient);
  const payloadNonce = randomBytes(payloadNonceBytes);
  const key = derivePayloadKey(fileKey, payloadNonce);
  const held = Buffer.allocUnsafe(chunkBytes);
  let heldBytes = 0;
  let index = 0;

  function update(plain: Uint8Array): Uint8Array[] {
    const sealed: Uint8Array[] = [];
    let from = 0;
    while (from < plain.length) {
      if (heldBytes === chunkBytes) {
        sealed.push(...sealChunk(key, index++, held, false));
        heldBytes = 0;
      }
      // More than a chunk left: seal it where it lies. Exactly one chunk may turn out to be the last: hold it.
      if (heldBytes === 0 && plain.length - from > chunkBytes) {
        sealed.push(...sealChunk(key, index++, plain.subarray(from, from + chunkBytes), false));
        from += chunkBytes;
        continue;
      }
      const piece = plain.subarray(from, from + chunkBytes - heldBytes);
      held.set(piece, heldBytes);
      heldBytes += piece.length;
      from += piece.length;
    }
    return sealed;
  }

  return {
    head: Buffer.concat([header, payloadNonce]),
    update,
    final: () => sealChunk(key, index, held.subarray(0, heldBytes), true),
  };
}

function sealChunk(key: KeyObject, index: number, plain: Uint8Array, isLast: boolean): [Buffer, Buffer] {
  const cipher = createCipheriv('chacha20-poly1305', key, chunkNonce(index, isLast), {
    authTagLength: tagBytes,
  });
  const sealed = cipher.update(plain);
  cipher.final();
  return [sealed, cipher.getAuthTag()];
}

/**
 * The header is made by the age library, by sealing an empty file and keeping only its head; a second recipient
 * without a stanza of its own learns the file key, as the library hands it to every recipient.
 */
async function createHeader(recipient: string): Promise<{ header: Uint8Array; fileKey: Uint8Array }> {
  let fileKey = new Uint8Array();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = key.slice();
      return [];
    },
  });
  const emptyFile = await encrypter.encrypt(new Uint8Array());
  return { header: emptyFile.subarray(0, -(payloadNonceBytes + tagBytes)), fileKey };
}
