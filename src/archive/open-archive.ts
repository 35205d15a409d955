import { createHash, type Hash } from 'node:crypto';
import { HandoverError } from '../errors.ts';
import { chunkBytes, sealedSizeBytes } from '../vault/age-format.ts';
import { openHead } from '../vault/age-open.ts';
import type { BufferPool } from '../vault/buffer-pool.ts';
import type { ByteRange, OpenedHead } from '../vault/open-chunks.ts';
import type { Store } from '../vault/store.ts';
import { blocksOf, cut, type Layout, type Piece, pieceBytes, type Slice, type SlicedPart } from './layout.ts';
import { BLOCK_BYTES, type BlockPiece, createBlockBuffers, openBlock } from './open-block.ts';
import { readAhead } from './read-ahead.ts';

/** A file that is handed over, opened while it is read. */
export interface Archive {
  sizeBytes: number;
  /** A strong entity tag, quotes included: derived from what the file says, so the same after it was sealed anew. */
  etag: string;
  /**
   * Throws `archive_damaged` if a part that the range needs is missing or has another size than it was sealed with.
   * Opens nothing: for a refusal before the first byte is sent.
   */
  check(range?: ByteRange): Promise<void>;
  /**
   * The bytes of `[start, end)`, by default all. Costs the chunks that the range covers and nothing else. A chunk is the
   * consumer's until it asks for the next one, or stops. Throws `archive_damaged` where a part does not open, or is not
   * the one that was written.
   */
  read(range?: ByteRange): AsyncGenerator<Uint8Array, void>;
}

/** The first byte waits for it. Those that follow grow: of a range that is broken off at once, little was opened in vain. */
const FIRST_BLOCK_BYTES = chunkBytes;
/** Blocks of one reading that are under way or wait for its consumer, besides the one that it has. */
export const BLOCKS_AHEAD = 4;
/** Parts whose sizes are asked for at the same time: a file of 10 GB has some hundred, each a request to a bucket. */
const SIZES_AT_ONCE = 16;

/**
 * Opens a block into a buffer, which is taken, and given back or replaced by another one with the plaintext. `stopped` is
 * not 0 once nobody waits for it.
 */
export type OpenBlock = (
  pieces: BlockPiece[],
  buffer: ArrayBuffer,
  stopped: StopFlag,
) => Promise<ArrayBuffer>;

/** One number that all threads see: a block that is being opened takes no message. */
export type StopFlag = Int32Array<SharedArrayBuffer>;

/** Sizes of objects of the store, in bytes; null for one that is not there. */
export type SizesOf = (names: string[]) => Promise<(number | null)[]>;

export interface ArchiveParts {
  store: Pick<Store, 'readInto' | 'size'>;
  /** Of the export's key. */
  identity: string;
  buffers?: BufferPool;
  /** Where blocks are opened; by default here, as the first one always is: it is small, and somebody waits for it. */
  open?: OpenBlock;
  /** Where the sizes of parts are asked for; by default here. */
  sizesOf?: SizesOf | undefined;
  /** How many blocks may be ahead of the consumer now: at least one. */
  ahead?: () => number;
}

/** Parts lie in the store under the names that the layout gives. */
export function openArchive(
  {
    store,
    identity,
    buffers = createBlockBuffers(),
    open,
    ahead = () => BLOCKS_AHEAD,
    ...more
  }: ArchiveParts,
  layout: Layout,
): Archive {
  const whole = { start: 0, end: layout.sizeBytes };
  const sizesOf = more.sizesOf ?? ((names) => sizesOfMany(store, names));
  const heads = new Map<string, Promise<OpenedHead>>();

  function findHead(part: SlicedPart): Promise<OpenedHead> {
    const head = heads.get(part.name) ?? openHead(store, part, identity);
    heads.set(part.name, head);
    return head;
  }

  const openHere: OpenBlock = async (pieces, buffer) => {
    await openBlock({ store, buffers }, pieces, new Uint8Array(buffer));
    return buffer;
  };

  async function openNext(
    pieces: Piece[],
    index: number,
    stopped: StopFlag,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const keyed: BlockPiece[] = [];
    for (const piece of pieces) keyed.push(piece.kind === 'text' ? piece : await withHead(piece, findHead));
    const openIt = index === 0 ? openHere : (open ?? openHere);
    const buffer = await openIt(keyed, buffers.take(BLOCK_BYTES), stopped);
    return new Uint8Array(
      buffer,
      0,
      pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0),
    );
  }

  return {
    sizeBytes: layout.sizeBytes,
    etag: `"${layout.fingerprint}"`,

    async check(range = whole) {
      const parts = [...partsOf(layout, range)];
      const sizes = await sizesOf(parts.map(({ name }) => name));
      for (const [index, part] of parts.entries()) requireSize(part, sizes[index] ?? null);
    },

    async *read(range = whole) {
      const blocks = blocksOf(cut(layout, range), { firstBytes: FIRST_BLOCK_BYTES, mostBytes: BLOCK_BYTES });
      const drop = ({ buffer }: Uint8Array<ArrayBuffer>) => buffers.give(buffer);
      const check = checkSlices(cut(layout, range));
      const stopped: StopFlag = new Int32Array(new SharedArrayBuffer(4));
      const openThis = (pieces: Piece[], index: number) => openNext(pieces, index, stopped);
      try {
        for await (const bytes of readAhead(blocks, openThis, { ahead, drop })) {
          check(bytes);
          try {
            yield bytes;
          } finally {
            // Also of a reading that is broken off: the collector would be called for a megabyte of each.
            buffers.give(bytes.buffer);
          }
        }
      } finally {
        Atomics.store(stopped, 0, 1);
      }
    },
  };
}

/** The parts of a range, each once. */
function* partsOf(layout: Layout, range: ByteRange): Generator<SlicedPart, void> {
  const seen = new Set<string>();
  for (const piece of cut(layout, range)) {
    if (piece.kind === 'text' || seen.has(piece.part.name)) continue;
    seen.add(piece.part.name);
    yield piece.part;
  }
}

async function withHead(
  slice: Slice,
  findHead: (part: SlicedPart) => Promise<OpenedHead>,
): Promise<BlockPiece> {
  const { kind, part, start, end } = slice;
  return { kind, part: { ...part, head: await findHead(part) }, start, end };
}

/**
 * A part opens wherever it lies, so one that was put in the place of another is known by its head, or else by the hash of
 * a slice. A slice that is read in part cannot be hashed. Takes the bytes of the pieces in order, and throws before a
 * slice that is not the one has gone out whole.
 */
function checkSlices(pieces: Iterable<Piece>): (bytes: Uint8Array) => void {
  const next = pieces[Symbol.iterator]();
  let piece: Piece | undefined;
  let hash: Hash | null = null;
  let left = 0;
  return (bytes) => {
    for (let from = 0; from < bytes.length; ) {
      if (left === 0) {
        piece = next.next().value as Piece;
        left = pieceBytes(piece);
        hash = isHashed(piece) ? createHash('sha256') : null;
      }
      const some = bytes.subarray(from, from + left);
      hash?.update(some);
      from += some.length;
      left -= some.length;
      if (left === 0 && piece && isHashed(piece) && hash?.digest('hex') !== piece.sha256)
        throw notTheOne(piece.part);
    }
  };
}

function isHashed(piece: Piece): piece is Slice & { sha256: string } {
  return piece.kind === 'slice' && piece.part.headSha256 === null && piece.sha256 !== undefined;
}

function notTheOne({ name }: SlicedPart): HandoverError {
  return new HandoverError('archive_damaged', `The stored part ${name} is not the one that was written.`, {
    details: { object: name, reason: 'hash' },
  });
}

/** Asks the store for some at a time. */
export async function sizesOfMany(store: Pick<Store, 'size'>, names: string[]): Promise<(number | null)[]> {
  const sizes: (number | null)[] = [];
  const open = names.entries();
  const askSome = async () => {
    for (const [index, name] of open) sizes[index] = await store.size(name);
  };
  await Promise.all(Array.from({ length: SIZES_AT_ONCE }, askSome));
  return sizes;
}

function requireSize({ name, plainBytes }: SlicedPart, sizeBytes: number | null): void {
  if (sizeBytes === sealedSizeBytes(plainBytes)) return;
  const reason = sizeBytes === null ? 'missing' : 'size';
  const words = sizeBytes === null ? 'is not in the store' : 'has not the size it was sealed with';
  throw new HandoverError('archive_damaged', `The stored part ${name} ${words}.`, {
    details: { object: name, reason },
  });
}
