import type { RowChunk } from '../source.ts';
import { BACKSLASH, type Codec, codecs, FIELD_BYTES, GROWTH, QUOTE } from './codecs.ts';
import { type Input, inputOf } from './input.ts';
import { type Omission, omitPaths } from './omit-paths.ts';
import { constantOf, outputOf, writeConstant } from './output.ts';
import { replaceInvalid } from './replace-invalid.ts';

/** One column of the COPY, in its order. */
export interface TranscodedColumn {
  /** The key in the JSON row. */
  key: string;
  codec: Codec;
  /** Of a JSON column: what to leave out inside. */
  omission?: Omission | null;
}

/**
 * Turns the bytes of `COPY … TO STDOUT (format binary)` into JSON objects. The bytes may be cut anywhere; what comes
 * out is whole rows. All output is written into one buffer, which is handed out and used again.
 *
 * Format: https://www.postgresql.org/docs/current/sql-copy.html ("Binary Format"): a head, then for each row the
 * number of its fields, and for each field its length (-1 for null) and its bytes; then -1 as the number of fields.
 */
export interface Transcoder {
  /**
   * Transcodes `input.bytes[start, end)`. Returns `end`, or less when a chunk is full: then {@link Transcoder.take} it and
   * push the rest.
   */
  push(input: Input, start: number, end: number): number;
  /** The rows written since the last take; null when there are none. Overwritten by the next push. */
  take(): RowChunk | null;
  /** To be called at the end of each COPY; another may follow. Throws when the input ended before its last word. */
  end(): void;
}

/** A chunk is handed out when another row may not fit; a longer row gets a buffer of its own, once. */
export const CHUNK_BYTES = 256 * 1024;

/** `chunk` is where chunks are made, or how large they are: transcoders that work one after another can share one. */
export function createTranscoder(
  columns: TranscodedColumn[],
  separator: Uint8Array,
  chunk: Uint8Array | number = CHUNK_BYTES,
): Transcoder {
  if (columns.length === 0) throw new Error('A row needs at least one column.');
  const fields = columns.map((column, index) => ({
    prefix: constantOf(`${index === 0 ? '{' : ','}${JSON.stringify(column.key)}:`),
    write: codecs[column.codec],
    omission: column.omission ?? null,
  }));
  const fixedBytes = fields.reduce(
    (sum, { prefix }) => sum + prefix.length + FIELD_BYTES,
    separator.length + 1,
  );
  const between = constantOf(Buffer.from(separator).toString());
  const holdsBytes = columns.some(({ codec }) => codec === 'base64');
  const given = typeof chunk === 'number' ? new Uint8Array(Math.max(chunk, fixedBytes)) : chunk;
  const buffer = given.length < fixedBytes ? new Uint8Array(fixedBytes) : given;
  const ordinary = outputOf(buffer);
  let output = ordinary;
  const cut = createCarry();
  let rows = 0;
  let isFirstRow = true;
  /** What comes next: the head, a row (or the last word in its place), or nothing more. */
  let awaited: 'head' | 'row' | 'nothing' = 'head';

  /** Where what comes next ends; beyond `end` as far as can be told when some of it is still to come. */
  function measure(input: Input, start: number, end: number): number {
    if (awaited === 'head') {
      if (start + HEAD_BYTES > end) return start + HEAD_BYTES;
      if (!isHead(input, start)) throw new Error('The source did not answer with a binary COPY.');
      return start + HEAD_BYTES + input.view.getInt32(start + HEAD_BYTES - 4);
    }
    if (awaited === 'nothing') throw new Error('The source sent more than it said.');
    if (start + 2 > end) return start + 2;
    const count = input.view.getInt16(start);
    if (count === LAST_WORD) return start + 2;
    if (count !== fields.length) throw otherColumns();
    let at = start + 2;
    for (let field = 0; field < count; field++) {
      if (at + 4 > end) return at + 4;
      const bytes = input.view.getInt32(at);
      at += 4;
      if (bytes > 0) at += bytes;
    }
    return at;
  }

  /** Makes room for what lies in `input[start, end)`; false when the chunk must be taken first. */
  function hasRoom(input: Input, start: number, end: number): boolean {
    if (output !== ordinary && rows > 0) return false; // a long row goes alone
    const free = output.bytes.length - output.length - fixedBytes;
    if ((end - start) * GROWTH <= free) return true;
    if (output.length > 0) return false;
    const bytes = fixedBytes + grownBytes(input, start, end, holdsBytes);
    if (bytes > output.bytes.length) output = outputOf(new Uint8Array(bytes));
    return true;
  }

  function write(input: Input, start: number): void {
    if (awaited === 'head') {
      awaited = 'row';
    } else if (input.view.getInt16(start) === LAST_WORD) {
      awaited = 'nothing';
    } else {
      writeRow(input, start);
    }
  }

  function writeRow(input: Input, start: number): void {
    let at = start + 2;
    if (!isFirstRow) writeConstant(between, output);
    isFirstRow = false;
    for (const { prefix, write, omission } of fields) {
      writeConstant(prefix, output);
      const bytes = input.view.getInt32(at);
      at += 4;
      if (bytes === IS_NULL) {
        writeConstant(NULL, output);
        continue;
      }
      const value = output.length;
      write(input, at, at + bytes, output);
      at += bytes;
      if (omission) output.length = omitPaths(output.bytes, value, output.length, omission);
    }
    output.bytes[output.length++] = CLOSE_OBJECT;
    rows++;
  }

  /** Goes on with what was cut off at the end of an earlier push. Returns where the rest begins; -1 when there is no room. */
  function complete(input: Input, start: number, end: number): number {
    const mark = cut.length;
    let at = start;
    for (;;) {
      const wanted = measure(cut.input, 0, cut.length);
      if (wanted <= cut.length) break;
      if (at === end) return end;
      const stop = Math.min(end, at + wanted - cut.length);
      cut.append(input, at, stop);
      at = stop;
    }
    if (!hasRoom(cut.input, 0, cut.length)) {
      cut.length = mark;
      return -1;
    }
    write(cut.input, 0);
    cut.clear();
    return at;
  }

  return {
    push(input, start, end) {
      let at = start;
      if (cut.length > 0) {
        at = complete(input, start, end);
        if (at === -1) return start;
      }
      while (at < end) {
        const stop = measure(input, at, end);
        if (stop > end) {
          cut.append(input, at, end);
          return end;
        }
        if (!hasRoom(input, at, stop)) return at;
        write(input, at);
        at = stop;
      }
      return end;
    },

    take() {
      if (rows === 0) return null;
      const chunk = replaceInvalid(output.bytes.subarray(0, output.length), rows);
      output = ordinary;
      output.length = 0;
      rows = 0;
      return chunk;
    },

    end() {
      if (cut.length > 0 || awaited !== 'nothing')
        throw new Error('The source stopped in the middle of a row.');
      awaited = 'head';
    },
  };
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** The signature, flags, and the length of what follows in the head. */
const HEAD_BYTES = SIGNATURE.length + 8;
const LAST_WORD = -1;
const IS_NULL = -1;
const CLOSE_OBJECT = 0x7d;
const NULL = constantOf('null');

function isHead(input: Input, start: number): boolean {
  return SIGNATURE.every((byte, index) => input.bytes[start + index] === byte);
}

function otherColumns(): Error {
  return new Error('A row of the source has not the columns that were asked for.');
}

/** The beginning of a row whose end is still to come. */
function createCarry() {
  return {
    input: inputOf(new Uint8Array(CARRY_BYTES)),
    length: 0,
    append({ bytes }: Input, start: number, end: number) {
      const needed = this.length + end - start;
      if (needed > this.input.bytes.length) {
        const larger = new Uint8Array(needed * 2);
        larger.set(this.input.bytes.subarray(0, this.length));
        this.input = inputOf(larger);
      }
      this.input.bytes.set(bytes.subarray(start, end), this.length);
      this.length = needed;
    },
    clear() {
      this.length = 0;
      if (this.input.bytes.length > CHUNK_BYTES) this.input = inputOf(new Uint8Array(CARRY_BYTES));
    },
  };
}

const CARRY_BYTES = 1024;

/** Most that a long row can grow to, by its own bytes: a tenth of what {@link GROWTH} allows for is common. */
function grownBytes(input: Input, start: number, end: number, holdsBytes: boolean): number {
  let bytes = end - start;
  if (holdsBytes) bytes += Math.ceil(bytes / 2);
  for (let at = start; at < end; at++) {
    const byte = input.bytes[at] as number;
    if (byte < 0x20) bytes += GROWTH - 1;
    else if (byte === QUOTE || byte === BACKSLASH) bytes++;
  }
  return bytes;
}
