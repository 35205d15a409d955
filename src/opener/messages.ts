import type { BlockPiece } from '../archive/open-block.ts';
import type { packError } from '../builder/calls.ts';
import type { StoreSettings } from '../vault/open-store.ts';

/** What the main thread asks of an opener thread: to open one block into this buffer. */
export interface ToOpener {
  id: number;
  pieces: BlockPiece[];
  buffer: ArrayBuffer;
}

/** The same buffer, filled; or why it was not. */
export type FromOpener =
  | { id: number; buffer: ArrayBuffer }
  | { id: number; error: ReturnType<typeof packError> };

/** What a thread is started with. */
export interface OpenerSettings {
  store: StoreSettings;
}
