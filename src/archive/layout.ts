import { createHash } from 'node:crypto';

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
  if (piece.kind === 'text') return { kind: 'text', bytes: piece.bytes.subarray(from, to) };
  return { kind: 'slice', part: piece.part, start: piece.start + from, end: piece.start + to };
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
