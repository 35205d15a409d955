import type { Layout } from '../archive/layout.ts';
import type { packError } from '../builder/calls.ts';
import type { ByteRange } from '../vault/age-open.ts';
import type { StoreSettings } from '../vault/open-store.ts';

/** What the main thread says to an opener thread. `id` names one reading of one archive. */
export type ToOpener =
  | { id: number; read: ReadOrder }
  /** One more batch may come. */
  | { id: number; more: true }
  | { id: number; stop: true };

export interface ReadOrder {
  layout: Layout;
  /** Of the export's key. */
  identity: string;
  range: ByteRange;
}

/** What an opener thread answers: bytes in order, in batches, and at the end one of the other two. */
export type FromOpener =
  | { id: number; bytes: Uint8Array<ArrayBuffer>[] }
  | { id: number; end: true }
  | { id: number; error: ReturnType<typeof packError> };

/** What a thread is started with. */
export interface OpenerSettings {
  store: StoreSettings;
}

/** Batches that may be under way between thread and reader. */
export const BATCHES_AHEAD = 4;
/** Plaintext of one batch: eight chunks of an age file. */
export const BATCH_BYTES = 512 * 1024;
