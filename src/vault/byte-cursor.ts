/** Takes bytes off the front of a stream in pieces of the reader's size, without copying them. */
export interface ByteCursor {
  /** The next 1 to `mostBytes` bytes, as they lie in the stream's own chunks; null at its end. */
  take(mostBytes: number): Promise<Uint8Array | null>;
  /** Ends the stream, so that it lets go of what it holds (a file, a connection). */
  close(): Promise<void>;
}

export function openCursor(bytes: AsyncIterable<Uint8Array>): ByteCursor {
  const stream = bytes[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array();

  return {
    async take(mostBytes) {
      while (chunk.length === 0) {
        const next = await stream.next();
        if (next.done) return null;
        chunk = next.value;
      }
      const piece = chunk.subarray(0, mostBytes);
      chunk = chunk.subarray(piece.length);
      return piece;
    },
    async close() {
      await stream.return?.();
    },
  };
}

/** Exactly `bytes` bytes in one piece; fewer if the stream ends before. Copies only where chunks meet. */
export async function takeWhole(cursor: ByteCursor, bytes: number): Promise<Uint8Array> {
  const first = (await cursor.take(bytes)) ?? new Uint8Array();
  if (first.length === bytes) return first;
  const whole = Buffer.allocUnsafe(bytes);
  whole.set(first);
  let filled = first.length;
  while (filled < bytes) {
    const piece = await cursor.take(bytes - filled);
    if (piece === null) break;
    whole.set(piece, filled);
    filled += piece.length;
  }
  return whole.subarray(0, filled);
}
