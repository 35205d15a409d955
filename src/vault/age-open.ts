import { createDecipheriv, type KeyObject } from 'node:crypto';
import { Decrypter } from 'age-encryption';
import { HandoverError } from '../errors.ts';
import {
  chunkBytes,
  chunkCount,
  chunkNonce,
  derivePayloadKey,
  payloadNonceBytes,
  sealedChunkBytes,
  sealedSizeBytes,
  tagBytes,
} from './age-format.ts';
import { openCursor, takeWhole } from './byte-cursor.ts';

/** One sealed object and what is known of it. */
export interface SealedFile {
  /** For the words of an error. */
  name: string;
  /** Size of the plaintext, as recorded when it was sealed: a file that was cut or grew does not open. */
  plainBytes: number;
  /** Reads `[start, end)` of the object; an end beyond the object is its end. */
  read(range: ByteRange): AsyncIterable<Uint8Array>;
}

/** Half-open: `[start, end)`. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface OpenedFile {
  /**
   * The plaintext of `[start, end)`. Reads and opens only the chunks that cover it, and yields no byte that was not
   * authenticated. Throws `archive_damaged` where a chunk is missing, altered or out of place.
   */
  read(range: ByteRange): AsyncGenerator<Uint8Array, void>;
}

/**
 * Reads the header of an age v1 file, for which `identity` is one of the keys. Throws `archive_damaged` if the
 * header does not open with it: nobody can tell a wrong key from a damaged header.
 */
export async function openSealedFile(file: SealedFile, identity: string): Promise<OpenedFile> {
  const { key, head } = await openHead(file, identity);
  return { read: (range) => readRange(file, key, head, range) };
}

async function* readRange(
  file: SealedFile,
  key: KeyObject,
  head: number,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array, void> {
  if (!(start >= 0 && start <= end && end <= file.plainBytes)) {
    throw new RangeError(`[${start}, ${end}) is no range of ${file.plainBytes} bytes`);
  }
  if (start === end && file.plainBytes > 0) return;
  const lastIndex = chunkCount(file.plainBytes) - 1;
  const firstIndex = Math.floor(start / chunkBytes);
  const endIndex = Math.max(firstIndex + 1, Math.ceil(end / chunkBytes));
  const sealedStart = head + firstIndex * sealedChunkBytes;
  // After the last chunk one more byte is asked for: there must be none.
  const sealedEnd =
    endIndex > lastIndex ? sealedSizeBytes(file.plainBytes, head) + 1 : head + endIndex * sealedChunkBytes;

  const cursor = openCursor(file.read({ start: sealedStart, end: sealedEnd }));
  try {
    for (let index = firstIndex; index < endIndex; index++) {
      const isLast = index === lastIndex;
      const chunkStart = index * chunkBytes;
      const plainSize = isLast ? file.plainBytes - chunkStart : chunkBytes;
      const sealed = await takeWhole(cursor, plainSize + tagBytes);
      if (sealed.length < plainSize + tagBytes) throw damaged(file, `it ends within chunk ${index}`);
      if (isLast && (await cursor.take(1)) !== null) throw damaged(file, 'bytes follow its last chunk');
      const plain = openChunk(file, key, index, isLast, sealed);
      const wanted = plain.subarray(Math.max(0, start - chunkStart), end - chunkStart);
      if (wanted.length > 0) yield wanted;
    }
  } finally {
    await cursor.close();
  }
}

function openChunk(
  file: SealedFile,
  key: KeyObject,
  index: number,
  isLast: boolean,
  sealed: Uint8Array,
): Buffer {
  const nonce = chunkNonce(index, isLast);
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(0, -tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw damaged(file, `chunk ${index} was altered, moved or cut off`, cause);
  }
  return plain;
}

async function openHead(file: SealedFile, identity: string): Promise<{ key: KeyObject; head: number }> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const cursor = openCursor(file.read({ start: 0, end: longestHeadBytes }));
  const start = await takeWhole(cursor, longestHeadBytes).finally(() => cursor.close());
  const head = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  const macAt = head.indexOf('\n--- ');
  const headerBytes = head.indexOf('\n', macAt + 1) + 1;
  if (macAt < 0 || headerBytes === 0) throw damaged(file, 'it does not begin with an age v1 header');
  const payloadNonce = head.subarray(headerBytes, headerBytes + payloadNonceBytes);
  if (payloadNonce.length < payloadNonceBytes) throw damaged(file, 'it ends after its header');
  try {
    const fileKey = await decrypter.decryptHeader(head.subarray(0, headerBytes));
    return { key: derivePayloadKey(fileKey, payloadNonce), head: headerBytes + payloadNonceBytes };
  } catch (cause) {
    throw damaged(file, "its header is altered, or was sealed for another export's key", cause);
  }
}

/** Ours have 184; this leaves room for files with some more recipients, sealed elsewhere. */
const longestHeadBytes = 4096;

function damaged(file: SealedFile, reason: string, cause?: unknown): HandoverError {
  const message = `The stored part ${file.name} does not open: ${reason}.`;
  return new HandoverError('archive_damaged', message, { details: { object: file.name, reason }, cause });
}
