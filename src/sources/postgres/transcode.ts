import type { RowChunk } from '../source.ts';
import {
  BACKSLASH,
  type Codec,
  codecs,
  FIELD_BYTES,
  GROWTH,
  NEWLINE,
  type Output,
  QUOTE,
  TAB,
} from './codecs.ts';
import { type Omission, omitPaths } from './omit-paths.ts';
import { replaceInvalid } from './replace-invalid.ts';

/** One column of the COPY, in its order. */
export interface TranscodedColumn {
  /** The key in the JSON row. */
  key: string;
  codec: Codec;
  /** Of a `json` column: what to leave out inside. */
  omission?: Omission | null;
}

/**
 * Turns the bytes of `COPY … TO STDOUT` (text format) into JSON objects. The bytes may be cut anywhere; what comes
 * out is whole rows. All output is written into one buffer, which is handed out and used again.
 */
export interface Transcoder {
  /**
   * Transcodes `input[start, end)`. Returns `end`, or less when a chunk is full: then {@link Transcoder.take} it and
   * push the rest.
   */
  push(input: Uint8Array, start: number, end: number): number;
  /** The rows written since the last take; null when there are none. Overwritten by the next push. */
  take(): RowChunk | null;
  /** Throws when the input ended in the middle of a row. */
  end(): void;
}

/** A chunk is handed out when another row may not fit; a longer row gets a buffer of its own, once. */
const CHUNK_BYTES = 256 * 1024;

export function createTranscoder(
  columns: TranscodedColumn[],
  separator: Uint8Array,
  chunkBytes = CHUNK_BYTES,
): Transcoder {
  if (columns.length === 0) throw new Error('A row needs at least one column.');
  const fields = columns.map((column, index) => ({
    prefix: Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(column.key)}:`),
    write: codecs[column.codec],
    omission: column.omission ?? null,
    delimiter: index === columns.length - 1 ? NEWLINE : TAB,
  }));
  const fixedBytes = fields.reduce(
    (sum, { prefix }) => sum + prefix.length + FIELD_BYTES,
    separator.length + 1,
  );
  const buffer = new Uint8Array(Math.max(chunkBytes, fixedBytes));
  const output: Output = { bytes: buffer, length: 0 };
  const cut = createCarry();
  let rows = 0;
  let isFirstRow = true;

  function writeRow(input: Uint8Array, start: number): number {
    let at = start;
    if (!isFirstRow) append(output, separator);
    isFirstRow = false;
    for (const { prefix, write, omission, delimiter } of fields) {
      append(output, prefix);
      if (input[at] === BACKSLASH && input[at + 1] === CAPITAL_N) {
        append(output, NULL);
        at += 2;
      } else {
        const value = output.length;
        at = write(input, at, output);
        if (omission) output.length = omitPaths(output.bytes, value, output.length, omission);
      }
      if (input[at] !== delimiter)
        throw new Error('A row of the source has not the columns that were asked for.');
      at++;
    }
    output.bytes[output.length++] = CLOSE_OBJECT;
    rows++;
    return at;
  }

  /** Makes room for the row that starts at `start`; false when the chunk must be taken first. */
  function hasRoom(input: Uint8Array, start: number, end: number): boolean {
    if (output.bytes !== buffer && rows > 0) return false; // a long row goes alone
    const free = output.bytes.length - output.length - fixedBytes;
    if ((end - start) * GROWTH <= free) return true;
    const rowEnd = indexOfNewline(input, start, end) + 1;
    if ((rowEnd - start) * GROWTH <= free) return true;
    if (output.length > 0) return false;
    const bytes = fixedBytes + grownBytes(input, start, rowEnd);
    if (bytes > output.bytes.length) output.bytes = new Uint8Array(bytes);
    return true;
  }

  return {
    push(input, start, end) {
      let at = start;
      if (cut.length > 0) {
        const newline = indexOfNewline(input, start, end);
        if (newline === -1) {
          cut.append(input, start, end);
          return end;
        }
        const mark = cut.length;
        cut.append(input, start, newline + 1);
        if (!hasRoom(cut.bytes, 0, cut.length)) {
          cut.length = mark;
          return start;
        }
        writeRow(cut.bytes, 0);
        cut.clear();
        at = newline + 1;
      }
      const wholeEnd = input[end - 1] === NEWLINE ? end : lastIndexOfNewline(input, at, end) + 1;
      while (at < wholeEnd) {
        if (!hasRoom(input, at, wholeEnd)) return at;
        at = writeRow(input, at);
      }
      if (at < end) cut.append(input, at, end);
      return end;
    },

    take() {
      if (rows === 0) return null;
      const chunk = replaceInvalid(output.bytes.subarray(0, output.length), rows);
      output.bytes = buffer;
      output.length = 0;
      rows = 0;
      return chunk;
    },

    end() {
      if (cut.length > 0) throw new Error('The source stopped in the middle of a row.');
    },
  };
}

const CAPITAL_N = 0x4e;
const CLOSE_OBJECT = 0x7d;
const NULL = Buffer.from('null');

function append(output: Output, bytes: Uint8Array): void {
  const to = output.bytes;
  const length = output.length;
  for (let i = 0; i < bytes.length; i++) to[length + i] = bytes[i] as number;
  output.length = length + bytes.length;
}

/** The beginning of a row whose end is still to come. */
function createCarry() {
  return {
    bytes: new Uint8Array(1024),
    length: 0,
    append(input: Uint8Array, start: number, end: number) {
      const needed = this.length + end - start;
      if (needed > this.bytes.length) {
        const larger = new Uint8Array(needed * 2);
        larger.set(this.bytes.subarray(0, this.length));
        this.bytes = larger;
      }
      this.bytes.set(input.subarray(start, end), this.length);
      this.length = needed;
    },
    clear() {
      this.length = 0;
      if (this.bytes.length > CHUNK_BYTES) this.bytes = new Uint8Array(1024);
    },
  };
}

/** Newlines inside fields are escaped, so a newline is always the end of a row. */
function indexOfNewline(input: Uint8Array, start: number, end: number): number {
  const index = input.indexOf(NEWLINE, start);
  return index < end ? index : -1;
}

function lastIndexOfNewline(input: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  while (at >= start && input[at] !== NEWLINE) at--;
  return at < start ? start - 1 : at;
}

/** Most that a long row can grow to, by its own bytes: a tenth of what {@link GROWTH} allows for is common. */
function grownBytes(input: Uint8Array, start: number, end: number): number {
  let bytes = end - start;
  for (let at = start; at < end; at++) {
    const byte = input[at] as number;
    if (byte < 0x20 || byte === BACKSLASH) bytes += GROWTH - 1;
    else if (byte === QUOTE) bytes++;
  }
  return bytes;
}
