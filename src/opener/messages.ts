import type { StopFlag } from '../archive/open-archive.ts';
import type { BlockPiece } from '../archive/open-block.ts';
import type { packError } from '../builder/calls.ts';
import type { StoreSettings } from '../vault/open-store.ts';

/** What the main thread asks of an opener thread: to open one block into this buffer, or the sizes of these objects. */
export type ToOpener =
  | { id: number; pieces: BlockPiece[]; buffer: ArrayBuffer; stopped: StopFlag }
  | { id: number; names: string[] };

/** The same buffer, filled; the sizes in the order of the names; or why not, with the buffer if there was one. */
export type FromOpener =
  | { id: number; buffer: ArrayBuffer }
  | { id: number; sizes: (number | null)[] }
  | { id: number; error: ReturnType<typeof packError>; unfilled?: ArrayBuffer };

/** What a thread is started with. */
export interface OpenerSettings {
  store: StoreSettings;
}
