import { createDecipheriv, type KeyObject } from 'node:crypto';
import { HandoverError } from '../errors.ts';
import {
  chunkBytes,
  chunkCount,
  chunkNonce,
  sealedChunkBytes,
  sealedSizeBytes,
  tagBytes,
} from './age-format.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { Store } from './store.ts';

// Apart from the head, which the age library opens: a thread that only opens chunks has a heap of half the size, and the
// collector, which buffers of plaintext keep busy, half the work.

/** One sealed object and what is known of it. */
export interface SealedFile {
  /** Name of the object in the store. */
  name: string;
  /** Size of the plaintext, as recorded when it was sealed: a file that was cut or grew does not open. */
  plainBytes: number;
  /** SHA-256 (hex) of its head, as recorded when it was sealed: another file in its place does not open. Null if unknown. */
  headSha256: string | null;
}

/** What the head of a sealed file tells to who has the key. */
export interface OpenedHead {
  /** Of all chunks. It costs a KeyObject a sixth of what it costs bytes to be made a cipher's key of. */
  key: KeyObject;
  /** Where the first chunk begins. */
  bytes: number;
}

export interface OpeningParts {
  store: Pick<Store, 'readInto'>;
  buffers: BufferPool;
  /** Whether who asked has gone. Default never. */
  isStopped?: () => boolean;
}

/** Half-open: `[start, end)`. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Fills the targets, one after another, with the plaintext from `start` on. Reads and opens only the chunks that cover
 * it. Throws `archive_damaged` where one is missing, altered or out of place, and before the next one once `isStopped`:
 * what was filled is then worth nothing.
 */
export async function openInto(
  { store, buffers, isStopped }: OpeningParts,
  file: SealedFile & { head: OpenedHead },
  start: number,
  targets: Uint8Array[],
): Promise<void> {
  const { name, plainBytes, head } = file;
  const end = targets.reduce((sum, target) => sum + target.length, start);
  if (!(start >= 0 && end <= plainBytes))
    throw new RangeError(`[${start}, ${end}) is no range of ${plainBytes} bytes`);
  if (start === end && plainBytes > 0) return;
  const lastIndex = chunkCount(plainBytes) - 1;
  const firstIndex = Math.floor(start / chunkBytes);
  const endIndex = Math.max(firstIndex + 1, Math.ceil(end / chunkBytes));
  const sealedStart = head.bytes + firstIndex * sealedChunkBytes;
  const hasLast = endIndex > lastIndex;
  const sealedEnd = hasLast
    ? sealedSizeBytes(plainBytes, head.bytes)
    : head.bytes + endIndex * sealedChunkBytes;
  const bytes = sealedEnd - sealedStart;
  // After the last chunk one more byte is asked for: there must be none.
  const asked = hasLast ? bytes + 1 : bytes;

  const buffer = buffers.take(asked);
  try {
    const sealed = new Uint8Array(buffer, 0, asked);
    const read = await store.readInto(name, sealed, sealedStart);
    if (read < bytes)
      throw damaged(file, `it ends within chunk ${firstIndex + Math.floor(read / sealedChunkBytes)}`);
    if (read > bytes) throw damaged(file, 'bytes follow its last chunk');
    const place = placeInto(targets);
    for (let index = firstIndex; index < endIndex; index++) {
      if (isStopped?.()) throw new Error('Nobody waits for this any more.');
      const at = (index - firstIndex) * sealedChunkBytes;
      const chunk = sealed.subarray(at, Math.min(at + sealedChunkBytes, bytes));
      const plain = openChunk(file, index, index === lastIndex, chunk);
      const chunkStart = index * chunkBytes;
      place(plain.subarray(Math.max(0, start - chunkStart), end - chunkStart));
      free(plain);
    }
  } finally {
    buffers.give(buffer);
  }
}

/** Copies what it is given into the targets, each filled before the next one is begun. */
function placeInto(targets: Uint8Array[]): (bytes: Uint8Array) => void {
  let index = 0;
  let filled = 0;
  return (bytes) => {
    for (let from = 0; from < bytes.length; ) {
      const target = targets[index];
      if (target === undefined) throw new Error('More was opened than there is room for.');
      const piece = bytes.subarray(from, from + target.length - filled);
      target.set(piece, filled);
      from += piece.length;
      filled += piece.length;
      if (filled < target.length) return;
      index++;
      filled = 0;
    }
  };
}

function openChunk(
  file: SealedFile & { head: OpenedHead },
  index: number,
  isLast: boolean,
  sealed: Uint8Array,
): Buffer<ArrayBuffer> {
  const nonce = chunkNonce(index, isLast);
  const decipher = createDecipheriv('chacha20-poly1305', file.head.key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(0, -tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw damaged(file, `chunk ${index} was altered, moved or cut off`, cause);
  }
  return plain;
}

/**
 * Frees a chunk of plaintext that nobody will look at again; it is empty from then on. The cipher makes each in fresh memory,
 * which the collector finds dead only by full collections: a download had a hundred megabytes of it.
 */
function free(plain: Buffer<ArrayBuffer>): void {
  if (plain.length === 0 || plain.length !== plain.buffer.byteLength) return;
  if (above.length === 0) above.push(new ArrayBuffer(chunkBytes));
  plain.buffer.transfer(0);
}

/** Lies above the first chunk: of the topmost one, the allocator would give the memory back to the system each time. */
const above: ArrayBuffer[] = [];

/** What of a sealed file does not open, and why. */
export function damaged(file: Pick<SealedFile, 'name'>, reason: string, cause?: unknown): HandoverError {
  const message = `The stored part ${file.name} does not open: ${reason}.`;
  return new HandoverError('archive_damaged', message, { details: { object: file.name, reason }, cause });
}
