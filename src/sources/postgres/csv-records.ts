import type { RowChunk } from '../source.ts';
import { replaceInvalid } from './replace-invalid.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;

/**
 * Turns the bytes of `COPY … TO STDOUT (FORMAT csv)` into RFC 4180 records: Postgres ends a record with a line feed,
 * the RFC with CRLF. The bytes may be cut anywhere; what comes out is whole records.
 */
export interface CsvRecords {
  push(input: Uint8Array): void;
  /** Time to take. */
  isFull(): boolean;
  /** The whole records since the last take, which are the caller's to keep; null when there are none. */
  take(): RowChunk | null;
  /** Throws when the input ended in the middle of a record. */
  end(): void;
}

const CHUNK_BYTES = 256 * 1024;

export function createCsvRecords(chunkBytes = CHUNK_BYTES): CsvRecords {
  let bytes = new Uint8Array(2 * chunkBytes);
  let length = 0;
  /** Where the last whole record ends. */
  let whole = 0;
  let rows = 0;
  /** Postgres quotes a field that has a quote or a line break in it, and a quote inside is doubled. */
  let isQuoted = false;

  function makeRoom(more: number): void {
    if (length + more <= bytes.length) return;
    const larger = new Uint8Array(2 * (length + more));
    larger.set(bytes.subarray(0, length));
    bytes = larger;
  }

  return {
    push(input) {
      makeRoom(2 * input.length);
      const to = bytes;
      let o = length;
      for (let at = 0; at < input.length; at++) {
        const byte = input[at] as number;
        if (byte === QUOTE) isQuoted = !isQuoted;
        if (byte !== NEWLINE || isQuoted) {
          to[o++] = byte;
          continue;
        }
        to[o++] = CARRIAGE_RETURN;
        to[o++] = NEWLINE;
        whole = o;
        rows++;
      }
      length = o;
    },

    isFull: () => whole >= chunkBytes,

    take() {
      if (rows === 0) return null;
      const chunk = replaceInvalid(bytes.slice(0, whole), rows);
      if (bytes.length > 8 * chunkBytes) bytes = bytes.slice(whole, length);
      else bytes.copyWithin(0, whole, length);
      length -= whole;
      whole = 0;
      rows = 0;
      return chunk;
    },

    end() {
      if (length > whole) throw new Error('The source stopped in the middle of a record.');
    },
  };
}

const CARRIAGE_RETURN = 0x0d;
