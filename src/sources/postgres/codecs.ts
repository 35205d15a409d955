import { readInt16, readInt32, readInt64 } from './integers.ts';
import { type Output, writeAscii } from './output.ts';
import { writeInstant } from './write-instant.ts';

/**
 * A *codec* turns one field of `COPY … TO STDOUT (format binary)` into one JSON value, byte by byte. These loops are
 * the hot path of an export, which is why they work on bytes and not on strings.
 *
 * What a field holds is what the type's send function makes: big-endian integers, the bytes of texts. Types whose
 * inside is not worth code are asked for as text (`reading.ts`), and so are floats and numerics, of which no digit may
 * differ from what Postgres prints.
 */
export const codecs = {
  /** Text of any kind, between quotes. */
  string: writeString,
  /** Digits as Postgres prints them, so that none is lost; `NaN` and `Infinity` become strings. */
  number: writeNumber,
  /** Two, four or eight bytes, signed. */
  integer: writeInteger,
  boolean: writeBoolean,
  uuid: writeUuid,
  /** `"2026-02-28T12:00:00.500000"` */
  timestamp: (input, start, _end, output) => writeInstant(input, start, output, false),
  /** `"2026-02-28T12:00:00.500000Z"` */
  timestamptz: (input, start, _end, output) => writeInstant(input, start, output, true),
  /** JSON text, passed through; line breaks between its tokens become spaces. */
  json: writeJson,
  /** The same behind the number of its version; the server wrote it, on one line. */
  jsonb: writeJsonb,
  /** Bytes of any kind. */
  base64: writeBase64,
} as const satisfies Record<string, WriteField>;

export type Codec = keyof typeof codecs;

/** Writes the field that lies in `input[start, end)`. */
export type WriteField = (input: Uint8Array, start: number, end: number, output: Output) => void;

export const BACKSLASH = 0x5c;
const SPACE = 0x20;
export const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** No codec writes more than this many bytes for one byte of input (`\u0001`), plus {@link FIELD_BYTES}. */
export const GROWTH = 6;
/** Most that a codec adds to a field beside {@link GROWTH}: quotes, the punctuation of a uuid, `null`. */
export const FIELD_BYTES = 16;

/** 1 for bytes that stand in a JSON string as they are. */
const plain = new Uint8Array(256).fill(1, SPACE);
plain[QUOTE] = 0;
plain[BACKSLASH] = 0;

/** The letter behind the backslash, for control characters that have a short escape; 0 for the others. */
const shortEscapes = new Uint8Array(SPACE);
for (const [byte, letter] of [
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\f', 'f'],
  ['\r', 'r'],
] as const) {
  shortEscapes[byte.charCodeAt(0)] = letter.charCodeAt(0);
}

const hexDigits = Buffer.from('0123456789abcdef');

function writeString(input: Uint8Array, start: number, end: number, output: Output): void {
  const to = output.bytes;
  let length = output.length;
  let at = start;
  to[length++] = QUOTE;
  for (;;) {
    const run = at;
    while (at < end && plain[input[at] as number] === 1) at++;
    length = copyRun(input, run, at, to, length);
    if (at === end) break;
    const byte = input[at++] as number;
    to[length++] = BACKSLASH;
    if (byte >= SPACE) {
      to[length++] = byte;
    } else if (shortEscapes[byte] !== 0) {
      to[length++] = shortEscapes[byte] as number;
    } else {
      to[length++] = 0x75; // u
      to[length++] = ZERO;
      to[length++] = ZERO;
      to[length++] = hexDigits[byte >> 4] as number;
      to[length++] = hexDigits[byte & 15] as number;
    }
  }
  to[length++] = QUOTE;
  output.length = length;
}

/** A call to copy memory costs as much as a loop over some dozens of bytes. */
function copyRun(input: Uint8Array, start: number, end: number, to: Uint8Array, length: number): number {
  if (end - start >= 48) {
    to.set(input.subarray(start, end), length);
    return length + end - start;
  }
  let o = length;
  for (let at = start; at < end; at++) to[o++] = input[at] as number;
  return o;
}

function writeNumber(input: Uint8Array, start: number, end: number, output: Output): void {
  const first = input[start] as number;
  const digit = first === MINUS ? (input[start + 1] as number) : first;
  if (digit < ZERO || digit > NINE) writeString(input, start, end, output);
  else output.length = copyRun(input, start, end, output.bytes, output.length);
}

function writeInteger(input: Uint8Array, start: number, end: number, output: Output): void {
  if (end - start === 8) {
    const value = readInt64(input, start);
    if (typeof value === 'number') writeSafeInteger(value, output);
    else writeAscii(String(value), output);
  } else if (end - start === 4) {
    writeSafeInteger(readInt32(input, start), output);
  } else if (end - start === 2) {
    writeSafeInteger(readInt16(input, start), output);
  } else {
    throw new Error(`An integer of ${end - start} bytes came from the source.`);
  }
}

const scratch = new Uint8Array(24);
const BILLION = 1_000_000_000;

function writeSafeInteger(value: number, output: Output): void {
  const to = output.bytes;
  let rest = value;
  if (rest < 0) {
    to[output.length++] = MINUS;
    rest = -rest;
  }
  let at = scratch.length;
  // In pieces that are small integers to the engine.
  while (rest >= BILLION) {
    const above = Math.floor(rest / BILLION);
    let piece = (rest - above * BILLION) | 0;
    for (let i = 0; i < 9; i++) {
      const next = (piece / 10) | 0;
      scratch[--at] = ZERO + piece - next * 10;
      piece = next;
    }
    rest = above;
  }
  let piece = rest | 0;
  do {
    const next = (piece / 10) | 0;
    scratch[--at] = ZERO + piece - next * 10;
    piece = next;
  } while (piece > 0);
  let length = output.length;
  while (at < scratch.length) to[length++] = scratch[at++] as number;
  output.length = length;
}

function writeBoolean(input: Uint8Array, start: number, _end: number, output: Output): void {
  const word = input[start] === 1 ? TRUE : FALSE;
  for (let i = 0; i < word.length; i++) output.bytes[output.length++] = word[i] as number;
}
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

const UUID_BYTES = 16;

function writeUuid(input: Uint8Array, start: number, end: number, output: Output): void {
  if (end - start !== UUID_BYTES) throw new Error(`A uuid of ${end - start} bytes came from the source.`);
  const to = output.bytes;
  let length = output.length;
  to[length++] = QUOTE;
  for (let i = 0; i < UUID_BYTES; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) to[length++] = MINUS;
    const byte = input[start + i] as number;
    to[length++] = hexDigits[byte >> 4] as number;
    to[length++] = hexDigits[byte & 15] as number;
  }
  to[length++] = QUOTE;
  output.length = length;
}

/** Control characters are not allowed inside JSON strings, so one here is space between tokens. */
function writeJson(input: Uint8Array, start: number, end: number, output: Output): void {
  const to = output.bytes;
  let length = output.length;
  for (let at = start; at < end; at++) {
    const byte = input[at] as number;
    to[length++] = byte < SPACE ? SPACE : byte;
  }
  output.length = length;
}

const JSONB_VERSION = 1;

function writeJsonb(input: Uint8Array, start: number, end: number, output: Output): void {
  if (input[start] !== JSONB_VERSION)
    throw new Error('The source sends jsonb in a version that is not known.');
  output.length = copyRun(input, start + 1, end, output.bytes, output.length);
}

function writeBase64(input: Uint8Array, start: number, end: number, output: Output): void {
  const { bytes } = output;
  bytes[output.length++] = QUOTE;
  const text = Buffer.from(input.buffer, input.byteOffset + start, end - start).toString('base64');
  const to = Buffer.from(bytes.buffer, bytes.byteOffset + output.length, text.length);
  output.length += to.write(text, 'latin1');
  bytes[output.length++] = QUOTE;
}
