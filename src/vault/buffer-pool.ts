/** Buffers that are used again: a fresh one costs zeroing and page faults each time, as much as a third of opening what goes in. */
export interface BufferPool {
  /** At least so many bytes, of whatever content. */
  take(bytes: number): ArrayBuffer;
  /** Only by who is done with it: it will be overwritten. */
  give(buffer: ArrayBuffer): void;
}

/** Keeps up to `most` buffers of `sizeBytes`; a larger one is made when it is asked for, and not kept. */
export function createBufferPool(sizeBytes: number, most: number): BufferPool {
  const free: ArrayBuffer[] = [];
  return {
    take: (bytes) => (bytes <= sizeBytes && free.pop()) || new ArrayBuffer(Math.max(bytes, sizeBytes)),
    give(buffer) {
      if (buffer.byteLength === sizeBytes && free.length < most) free.push(buffer);
    },
  };
}
