/**
 * A *store* is where sealed parts lie: a folder or a bucket. It never sees a key or a plaintext byte.
 * Names are relative paths of `[a-zA-Z0-9._-]` segments joined by `/`.
 */
export interface Store {
  /**
   * Writes one object. It appears whole, or not at all: a failed or killed write leaves nothing under `name`.
   * Takes each chunk before it asks for the next, which may overwrite it; asks no faster than it stores. What `bytes`
   * throws passes through. Throws `store_unavailable` when the store is full or away.
   */
  write(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ sizeBytes: number }>;
  /**
   * Reads `[start, end)` of an object, all of it by default; an end beyond the object is its end. Throws
   * `archive_damaged` if it is not there. A consumer may keep the chunks, and may stop early.
   */
  read(name: string, range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>;
  /**
   * Fills `target` with the bytes of an object from `start` on, and returns how many: fewer only where the object ends.
   * Throws `archive_damaged` if it is not there. The target is the store's until then.
   */
  readInto(name: string, target: Uint8Array, start: number): Promise<number>;
  /** Size in bytes; null when there is no such object. */
  size(name: string): Promise<number | null>;
  /** The same at once, where the store is a folder: a tenth of the CPU, but it holds up the thread that asks. */
  sizeNow?(name: string): number | null;
  /** Object names under a prefix (a folder; all for ''), in no order; unfinished writes are not listed. */
  list(prefix: string): AsyncIterable<string>;
  /**
   * Removes every object under a prefix (a folder or one object), unfinished writes too. Nothing there is fine. A
   * write under way either fails with `store_unavailable` or appears after the removal.
   */
  remove(prefix: string): Promise<void>;
}
