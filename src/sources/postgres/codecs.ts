import { type Input, readInt64 } from './input.ts';
import { constantOf, type Output, writeAscii, writeConstant } from './output.ts';
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

/** Writes the field that lies in `input.bytes[start, end)`. */
export type WriteField = (input: Input, start: number, end: number, output: Output) => void;

export const BACKSLASH = 0x5c;
const SPACE = 0x20;
export const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** No codec writes more than this many bytes for one byte of input (`\u0001`), plus {@link FIELD_BYTES}. */
export const GROWTH = 6;
/** Most that a codec adds to a field beside {@link GROWTH}: quotes, the punctuation of a uuid, `null`, the rest of a word. */
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

function writeString({ bytes, view }: Input, start: number, end: number, output: Output): void {
  const to = output.bytes;
  const toView = output.view;
  let length = output.length;
  let at = start;
  to[length++] = QUOTE;
  while (at < end) {
    for (const lastWord = end - 4; at <= lastWord; at += 4, length += 4) {
      const word = view.getInt32(at, true);
      if (needsEscape(word)) break;
      toView.setInt32(length, word, true);
    }
    // What is left of a word, or up to what needs an escape.
    while (at < end && plain[bytes[at] as number] === 1) to[length++] = bytes[at++] as number;
    while (at < end && plain[bytes[at] as number] === 0)
      length = writeEscape(to, length, bytes[at++] as number);
  }
  to[length++] = QUOTE;
  output.length = length;
}

/** Whether one of four bytes does, without a look at each. https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord */
function needsEscape(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const found =
    ((word - 0x20202020) & ~word) |
    ((quotes - 0x01010101) & ~quotes) |
    ((backslashes - 0x01010101) & ~backslashes);
  return (found & 0x80808080) !== 0;
}

function writeEscape(to: Uint8Array, length: number, byte: number): number {
  to[length] = BACKSLASH;
  if (byte >= SPACE) {
    to[length + 1] = byte;
    return length + 2;
  }
  if (shortEscapes[byte] !== 0) {
    to[length + 1] = shortEscapes[byte] as number;
    return length + 2;
  }
  to[length + 1] = 0x75; // u
  to[length + 2] = ZERO;
  to[length + 3] = ZERO;
  to[length + 4] = hexDigits[byte >> 4] as number;
  to[length + 5] = hexDigits[byte & 15] as number;
  return length + 6;
}

/** A call to copy memory costs as much as a loop over some hundreds of bytes. */
const LONG_RUN = 256;

function copyRun({ bytes, view }: Input, start: number, end: number, output: Output): void {
  let length = output.length;
  output.length = length + end - start;
  if (end - start >= LONG_RUN) {
    output.bytes.set(bytes.subarray(start, end), length);
    return;
  }
  let at = start;
  for (; at <= end - 4; at += 4, length += 4) output.view.setInt32(length, view.getInt32(at, true), true);
  for (; at < end; at++) output.bytes[length++] = bytes[at] as number;
}

function writeNumber(input: Input, start: number, end: number, output: Output): void {
  const first = input.bytes[start] as number;
  const digit = first === MINUS ? (input.bytes[start + 1] as number) : first;
  if (digit < ZERO || digit > NINE) writeString(input, start, end, output);
  else copyRun(input, start, end, output);
}

function writeInteger({ view }: Input, start: number, end: number, output: Output): void {
  if (end - start === 8) {
    const value = readInt64(view, start);
    if (typeof value === 'number') writeSafeInteger(value, output);
    else writeAscii(String(value), output);
  } else if (end - start === 4) {
    writeSafeInteger(view.getInt32(start), output);
  } else if (end - start === 2) {
    writeSafeInteger(view.getInt16(start), output);
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

function writeBoolean(input: Input, start: number, _end: number, output: Output): void {
  writeConstant(input.bytes[start] === 1 ? TRUE : FALSE, output);
}
const TRUE = constantOf('true');
const FALSE = constantOf('false');

const UUID_BYTES = 16;

/** Two hexadecimal digits for each byte, as one little-endian word. */
const hexPairs = Uint16Array.from(
  { length: 256 },
  (_, byte) => (hexDigits[byte >> 4] as number) | ((hexDigits[byte & 15] as number) << 8),
);

function writeUuid({ bytes }: Input, start: number, end: number, output: Output): void {
  if (end - start !== UUID_BYTES) throw new Error(`A uuid of ${end - start} bytes came from the source.`);
  const { view } = output;
  let length = output.length;
  view.setUint8(length++, QUOTE);
  for (let i = 0; i < UUID_BYTES; i++, length += 2) {
    if (i === 4 || i === 6 || i === 8 || i === 10) view.setUint8(length++, MINUS);
    view.setUint16(length, hexPairs[bytes[start + i] as number] as number, true);
  }
  view.setUint8(length++, QUOTE);
  output.length = length;
}

/** Control characters are not allowed inside JSON strings, so one here is space between tokens. */
function writeJson({ bytes }: Input, start: number, end: number, output: Output): void {
  const to = output.bytes;
  let length = output.length;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    to[length++] = byte < SPACE ? SPACE : byte;
  }
  output.length = length;
}

const JSONB_VERSION = 1;

function writeJsonb(input: Input, start: number, end: number, output: Output): void {
  if (input.bytes[start] !== JSONB_VERSION)
    throw new Error('The source sends jsonb in a version that is not known.');
  copyRun(input, start + 1, end, output);
}

function writeBase64(input: Input, start: number, end: number, output: Output): void {
  const { bytes } = output;
  bytes[output.length++] = QUOTE;
  const text = Buffer.from(input.bytes.buffer, input.bytes.byteOffset + start, end - start).toString(
    'base64',
  );
  const to = Buffer.from(bytes.buffer, bytes.byteOffset + output.length, text.length);
  output.length += to.write(text, 'latin1');
  bytes[output.length++] = QUOTE;
}
