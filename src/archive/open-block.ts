import { chunkBytes, sealedChunkBytes } from '../vault/age-format.ts';
import { type BufferPool, createBufferPool } from '../vault/buffer-pool.ts';
import { type OpenedHead, type OpeningParts, openInto } from '../vault/open-chunks.ts';
import { pieceBytes, type Slice, type SlicedPart, type Text } from './layout.ts';

/** A *block* is a short stretch of a file that is opened at once: these pieces, one after another. Plain data, but for its keys. */
export type BlockPiece = Text | (Slice & { part: SlicedPart & { head: OpenedHead } });

/** Plaintext of a block: 1 MiB. Half of it costs a tenth more CPU, in messages and calls. */
export const BLOCK_BYTES = 16 * chunkBytes;

/** For plaintext and for what is sealed; enough for a few readings. */
export function createBlockBuffers(): BufferPool {
  // A block may begin and end within a chunk; after the last one a byte more is read.
  return createBufferPool(BLOCK_BYTES + 2 * sealedChunkBytes, 16);
}

/** Fills `target` with the plaintext of a block. Throws as {@link openInto} does: what was filled is then worth nothing. */
export async function openBlock(
  parts: OpeningParts,
  pieces: BlockPiece[],
  target: Uint8Array,
): Promise<void> {
  let filled = 0;
  for (const run of runsOf(pieces)) {
    const holes: Uint8Array[] = [];
    for (const piece of run.pieces) {
      const place = target.subarray(filled, filled + pieceBytes(piece));
      if (piece.kind === 'text') place.set(piece.bytes);
      else holes.push(place);
      filled += place.length;
    }
    if (run.from) await openInto(parts, run.from.part, run.from.start, holes);
  }
}

/** Pieces that one read of one part can serve: its slices follow each other, with texts before and between. */
interface Run {
  pieces: BlockPiece[];
  /** Its first slice, and where the last one ends; null for a run of texts. */
  from: Exclude<BlockPiece, Text> | null;
  end: number;
}

function* runsOf(pieces: BlockPiece[]): Generator<Run, void> {
  let run: Run = { pieces: [], from: null, end: 0 };
  for (const piece of pieces) {
    if (piece.kind === 'slice') {
      const goesOn = run.from === null || (piece.part.name === run.from.part.name && piece.start === run.end);
      if (!goesOn) {
        yield run;
        run = { pieces: [], from: null, end: 0 };
      }
      run.from ??= piece;
      run.end = piece.end;
    }
    run.pieces.push(piece);
  }
  yield run;
}
