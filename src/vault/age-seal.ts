import { createCipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { chunkBytes, chunkNonce, derivePayloadKey, payloadNonceBytes, tagBytes } from './age-format.ts';
import { sealHeader } from './age-header.ts';

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

/** A sealer for an X25519 recipient (`age1…`). Throws if the text has not that form. */
export function createSealer(recipient: string): Sealer {
  const { header, fileKey } = sealHeader(recipient);
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
