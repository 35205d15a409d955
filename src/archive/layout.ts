import { createHash } from 'node:crypto';
import { chunkBytes } from '../vault/age-format.ts';

/**
 * A *layout* says what a file is made of without reading any of it: texts that are known (head, brackets, joints)
 * and slices of the plaintexts of parts. Each format of file (`json-document.ts`) makes one; `open-archive.ts` reads by it.
 */
export interface Layout {
  segments: Segment[];
  /** Where each segment begins in the file, in bytes. */
  offsets: number[];
  sizeBytes: number;
  /** SHA-256 (hex) over the texts and the hashes of the slices: equal fingerprints, equal bytes. */
  fingerprint: string;
}

export type Segment = Text | SectionSlice;

export interface SectionSlice extends Slice {
  /** Whose rows these are: a category, or a section of a chat file. */
  section: string;
  /** Of the slice, lower-case hex. */
  sha256: string;
}

/** What a range of a file is made of: a segment, or the piece of one that lies in the range; a whole slice can be checked. */
export type Piece = Text | (Slice & { sha256?: string });

export interface Text {
  kind: 'text';
  bytes: Uint8Array;
}

export interface Slice {
  kind: 'slice';
  part: SlicedPart;
  /** `[start, end)` in the plaintext of the part. */
  start: number;
  end: number;
}

export interface SlicedPart {
  /** Name of the object in the store. */
  name: string;
  plainBytes: number;
  /** SHA-256 (hex) of the head of the sealed object; null for a part that was written before it was recorded. */
  headSha256: string | null;
}

/** Puts segments one after another; those without bytes fall away. */
export function layOut(segments: Iterable<Segment>): Layout {
  const layout: Layout = { segments: [], offsets: [], sizeBytes: 0, fingerprint: '' };
  const hash = createHash('sha256');
  for (const segment of segments) {
    const sizeBytes = pieceBytes(segment);
    if (sizeBytes === 0) continue;
    layout.segments.push(segment);
    layout.offsets.push(layout.sizeBytes);
    layout.sizeBytes += sizeBytes;
    hash
      .update(`${segment.kind} ${sizeBytes}\n`)
      .update(segment.kind === 'text' ? segment.bytes : segment.sha256);
  }
  layout.fingerprint = hash.digest('hex');
  return layout;
}

/** The pieces that make `[start, end)` of the file, in order. Throws a RangeError outside of the file. */
export function* cut(layout: Layout, { start, end }: { start: number; end: number }): Generator<Piece, void> {
  if (!(start >= 0 && start <= end && end <= layout.sizeBytes)) {
    throw new RangeError(`[${start}, ${end}) is no range of a file of ${layout.sizeBytes} bytes`);
  }
  if (start === end) return;
  for (let index = findSegment(layout.offsets, start); index < layout.segments.length; index++) {
    const segment = layout.segments[index];
    const offset = layout.offsets[index];
    if (segment === undefined || offset === undefined || offset >= end) return;
    const to = Math.min(pieceBytes(segment), end - offset);
    const isWhole = start <= offset && to === pieceBytes(segment);
    yield isWhole ? segment : clip(segment, Math.max(0, start - offset), to);
  }
}

export function pieceBytes(piece: Piece): number {
  return piece.kind === 'text' ? piece.bytes.length : piece.end - piece.start;
}

function clip(piece: Piece, from: number, to: number): Piece {
  // A copy: to another thread a view would take all that its buffer holds.
  if (piece.kind === 'text') return { kind: 'text', bytes: new Uint8Array(piece.bytes.subarray(from, to)) };
  return { kind: 'slice', part: piece.part, start: piece.start + from, end: piece.start + to };
}

/**
 * Gathers pieces into blocks, the first of up to `firstBytes`, each next one of twice as many, up to `mostBytes`. Slices
 * are cut where chunks of their part end, so that none is opened for two blocks. Throws if a block cannot hold a chunk.
 */
export function* blocksOf(
  pieces: Iterable<Piece>,
  { firstBytes, mostBytes }: { firstBytes: number; mostBytes: number },
): Generator<Piece[], void> {
  let block: Piece[] = [];
  let blockBytes = firstBytes;
  let room = blockBytes;
  for (const piece of pieces) {
    for (let from = 0; from < pieceBytes(piece); ) {
      const to = cutBefore(piece, from, from + room);
      if (to > from) block.push(clip(piece, from, to));
      else if (block.length === 0) throw new Error(`A block of ${room} bytes holds no chunk.`);
      room -= to - from;
      from = to;
      if (from === pieceBytes(piece)) continue;
      yield block;
      block = [];
      blockBytes = Math.min(2 * blockBytes, mostBytes);
      room = blockBytes;
    }
  }
  if (block.length > 0) yield block;
}

/** The last place in a piece at or before `to` where it may be cut; `from` if there is none. */
function cutBefore(piece: Piece, from: number, to: number): number {
  if (to >= pieceBytes(piece) || piece.kind === 'text') return Math.min(to, pieceBytes(piece));
  return Math.max(from, to - ((piece.start + to) % chunkBytes));
}

/** Index of the segment in which a position lies: the last one that begins at or before it. */
function findSegment(offsets: number[], position: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
