import { createHash } from 'node:crypto';
import { HandoverError } from '../errors.ts';
import { sealedSizeBytes } from '../vault/age-format.ts';
import { type ByteRange, type OpenedFile, openSealedFile } from '../vault/age-open.ts';
import { type ByteCursor, openCursor } from '../vault/byte-cursor.ts';
import type { Store } from '../vault/store.ts';
import { cut, type Layout, type Piece, pieceBytes, type Slice, type SlicedPart } from './layout.ts';

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
   * The bytes of `[start, end)`, by default all. Costs the chunks that the range covers and nothing else; lets go of
   * the store when the consumer stops. Throws `archive_damaged` at the first chunk that does not open.
   */
  read(range?: ByteRange): AsyncGenerator<Uint8Array, void>;
}

/** `identity` is that of the export's key; parts lie in the store under the names that the layout gives. */
export function openArchive(
  { store, identity }: { store: Pick<Store, 'read' | 'size'>; identity: string },
  layout: Layout,
): Archive {
  const whole = { start: 0, end: layout.sizeBytes };
  return {
    sizeBytes: layout.sizeBytes,
    etag: `"${layout.fingerprint}"`,

    async check(range = whole) {
      const parts = new Map<string, SlicedPart>();
      for (const piece of cut(layout, range))
        if (piece.kind === 'slice') parts.set(piece.part.name, piece.part);
      for (const part of parts.values()) await checkSize(store, part);
    },

    async *read(range = whole) {
      for (const run of runsOf(cut(layout, range))) yield* readRun({ store, identity }, run);
    },
  };
}

/** Pieces that one pass over one part can serve: its slices follow each other, with texts before and between. */
interface Run {
  pieces: Piece[];
  /** All its slices as one; null for a run of texts. */
  span: Slice | null;
}

function* runsOf(pieces: Iterable<Piece>): Generator<Run, void> {
  let run: Run = { pieces: [], span: null };
  for (const piece of pieces) {
    const { span } = run;
    if (piece.kind === 'slice' && span !== null) {
      const goesOn = piece.part.name === span.part.name && piece.start === span.end;
      if (!goesOn) {
        yield run;
        run = { pieces: [], span: null };
      }
    }
    if (piece.kind === 'slice') run.span = { ...piece, start: run.span?.start ?? piece.start };
    run.pieces.push(piece);
  }
  yield run;
}

async function* readRun(
  parts: { store: Pick<Store, 'read'>; identity: string },
  { pieces, span }: Run,
): AsyncGenerator<Uint8Array, void> {
  const cursor = span === null ? null : openCursor((await openPart(parts, span.part)).read(span));
  try {
    for (const piece of pieces) {
      if (piece.kind === 'text') yield piece.bytes;
      else if (cursor !== null) yield* checked(piece, take(cursor, pieceBytes(piece)));
    }
  } finally {
    await cursor?.close();
  }
}

function openPart(
  { store, identity }: { store: Pick<Store, 'read'>; identity: string },
  { name, plainBytes }: SlicedPart,
): Promise<OpenedFile> {
  return openSealedFile({ name, plainBytes, read: (range) => store.read(name, range) }, identity);
}

/**
 * A part opens wherever it lies, so one that was put in the place of another is known by its hash alone. A slice that is
 * read in part cannot be checked.
 */
async function* checked(
  { part, sha256 }: Slice & { sha256?: string },
  pieces: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  const hash = sha256 === undefined ? null : createHash('sha256');
  let held: Uint8Array | null = null;
  for await (const piece of pieces) {
    hash?.update(piece);
    // The last piece goes out only once all is checked: a reader must not get a whole file that is not the one.
    if (held) yield held;
    held = piece;
  }
  if (hash && hash.digest('hex') !== sha256) {
    throw new HandoverError(
      'archive_damaged',
      `The stored part ${part.name} is not the one that was written.`,
      {
        details: { object: part.name, reason: 'hash' },
      },
    );
  }
  if (held) yield held;
}

async function* take(cursor: ByteCursor, bytes: number): AsyncGenerator<Uint8Array, void> {
  for (let left = bytes; left > 0; ) {
    const piece = await cursor.take(left);
    // A short part has thrown before; a range that was computed wrong must not end as a short file.
    if (piece === null) throw new Error(`The opened range ended ${left} bytes before its last slice`);
    left -= piece.length;
    yield piece;
  }
}

async function checkSize(store: Pick<Store, 'size'>, { name, plainBytes }: SlicedPart): Promise<void> {
  const sizeBytes = await store.size(name);
  if (sizeBytes === sealedSizeBytes(plainBytes)) return;
  const reason = sizeBytes === null ? 'missing' : 'size';
  const words = sizeBytes === null ? 'is not in the store' : 'has not the size it was sealed with';
  throw new HandoverError('archive_damaged', `The stored part ${name} ${words}.`, {
    details: { object: name, reason },
  });
}
