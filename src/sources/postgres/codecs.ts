/**
 * A *codec* turns one field of `COPY … TO STDOUT` (text format) into one JSON value, byte by byte. These loops are
 * the hot path of an export, which is why they work on bytes and not on strings.
 *
 * Format: https://www.postgresql.org/docs/current/sql-copy.html ("Text Format"). A field ends at a tab or a newline;
 * inside it, backslash escapes the bytes \b \f \n \r \t \v and itself. Six of these seven are JSON escapes as they are.
 */
export const codecs = {
  /** Text of any kind, between quotes. */
  string: writeString,
  /** Digits as Postgres prints them, so that none is lost; `NaN` and `Infinity` become strings. */
  number: writeNumber,
  boolean: writeBoolean,
  /** `2026-02-28 12:00:00.5` → `"2026-02-28T12:00:00.500000"` */
  timestamp: writeTimestamp,
  /** `2026-02-28 12:00:00.5+00` → `"2026-02-28T12:00:00.500000Z"`. The session's time zone must be UTC. */
  timestamptz: writeTimestamptz,
  /** JSON text, passed through; line breaks between its tokens become spaces. */
  json: writeJson,
  /** The lines of `encode(…, 'base64')`, joined. */
  base64: writeBase64,
} as const satisfies Record<string, WriteField>;

export type Codec = keyof typeof codecs;

/** Where codecs write: they append at `length`. The caller has made room. */
export interface Output {
  bytes: Uint8Array;
  length: number;
}

/** Writes the field that starts at `at`; returns where its delimiter stands. */
export type WriteField = (input: Uint8Array, at: number, output: Output) => number;

export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const BACKSLASH = 0x5c;
const SPACE = 0x20;
export const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** No codec writes more than this many bytes for one byte of input (`\u0001`), plus {@link FIELD_BYTES}. */
export const GROWTH = 6;
/** Most that a codec adds to a field beside {@link GROWTH}: quotes, `.000000`, `Z`, `null`. */
export const FIELD_BYTES = 16;

/** 1 for bytes that stand in a JSON string, and in a COPY field, as they are. */
const plain = new Uint8Array(256).fill(1, SPACE);
plain[QUOTE] = 0;
plain[BACKSLASH] = 0;

const hexDigits = Buffer.from('0123456789abcdef');

function writeString(input: Uint8Array, start: number, output: Output): number {
  const to = output.bytes;
  let length = output.length;
  let at = start;
  to[length++] = QUOTE;
  for (;;) {
    const run = at;
    while (plain[input[at] as number] === 1) at++;
    length = copyRun(input, run, at, to, length);
    const byte = input[at] as number;
    if (byte === TAB || byte === NEWLINE) break;
    at++;
    if (byte === QUOTE) {
      to[length++] = BACKSLASH;
      to[length++] = QUOTE;
    } else if (byte === BACKSLASH) {
      const escaped = input[at++] as number;
      if (escaped === 0x76) {
        length = writeControl(to, length, 0x0b);
      } else {
        to[length++] = BACKSLASH;
        to[length++] = escaped;
      }
    } else {
      length = writeControl(to, length, byte);
    }
  }
  to[length++] = QUOTE;
  output.length = length;
  return at;
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

/** JSON has no short escape for most control characters: `\u000b`. */
function writeControl(to: Uint8Array, start: number, byte: number): number {
  let length = start;
  to[length++] = BACKSLASH;
  to[length++] = 0x75;
  to[length++] = ZERO;
  to[length++] = ZERO;
  to[length++] = hexDigits[byte >> 4] as number;
  to[length++] = hexDigits[byte & 15] as number;
  return length;
}

function writeNumber(input: Uint8Array, start: number, output: Output): number {
  const first = input[start] as number;
  const digit = first === MINUS ? (input[start + 1] as number) : first;
  if (digit < ZERO || digit > NINE) return writeString(input, start, output);
  return copyField(input, start, output);
}

function writeBoolean(input: Uint8Array, start: number, output: Output): number {
  const word = input[start] === 0x74 ? TRUE : FALSE;
  for (let i = 0; i < word.length; i++) output.bytes[output.length++] = word[i] as number;
  return start + 1;
}
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

function writeTimestamp(input: Uint8Array, start: number, output: Output): number {
  return writeInstant(input, start, output, false);
}

function writeTimestamptz(input: Uint8Array, start: number, output: Output): number {
  return writeInstant(input, start, output, true);
}

function writeInstant(input: Uint8Array, start: number, output: Output, zoned: boolean): number {
  const first = input[start] as number;
  if (first < ZERO || first > NINE) return writeString(input, start, output); // infinity
  const to = output.bytes;
  let length = output.length;
  let at = start;
  to[length++] = QUOTE;
  while ((input[at] as number) > SPACE) to[length++] = input[at++] as number;
  if (input[at] !== SPACE) throw new Error('A timestamp of the source has no time of day.');
  to[length++] = 0x54; // T
  at++;
  for (let i = 0; i < 8; i++) to[length++] = input[at++] as number;
  to[length++] = DOT;
  let places = 0;
  if (input[at] === DOT) {
    at++;
    for (; isDigit(input[at] as number); places++) to[length++] = input[at++] as number;
  }
  for (; places < 6; places++) to[length++] = ZERO;
  if (zoned) {
    if (input[at] !== PLUS || input[at + 1] !== ZERO || input[at + 2] !== ZERO) {
      throw new Error(
        'A timestamp of the source is not in UTC: its session has lost the setting of TimeZone.',
      );
    }
    at += 3;
    to[length++] = 0x5a; // Z
  }
  while (input[at] !== TAB && input[at] !== NEWLINE) to[length++] = input[at++] as number; // " BC"
  to[length++] = QUOTE;
  output.length = length;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Raw control characters are not allowed inside JSON strings, so an escaped one here is space between tokens. */
function writeJson(input: Uint8Array, start: number, output: Output): number {
  const to = output.bytes;
  let length = output.length;
  let at = start;
  for (;;) {
    const byte = input[at] as number;
    if (byte === BACKSLASH) {
      to[length++] = input[at + 1] === BACKSLASH ? BACKSLASH : SPACE;
      at += 2;
    } else if (byte === TAB || byte === NEWLINE) {
      break;
    } else {
      to[length++] = byte;
      at++;
    }
  }
  output.length = length;
  return at;
}

function writeBase64(input: Uint8Array, start: number, output: Output): number {
  const to = output.bytes;
  let length = output.length;
  let at = start;
  to[length++] = QUOTE;
  for (;;) {
    const byte = input[at] as number;
    if (byte === BACKSLASH) {
      at += 2;
    } else if (byte === TAB || byte === NEWLINE) {
      break;
    } else {
      to[length++] = byte;
      at++;
    }
  }
  to[length++] = QUOTE;
  output.length = length;
  return at;
}

function copyField(input: Uint8Array, start: number, output: Output): number {
  const to = output.bytes;
  let length = output.length;
  let at = start;
  for (;;) {
    const byte = input[at] as number;
    if (byte === TAB || byte === NEWLINE) break;
    to[length++] = byte;
    at++;
  }
  output.length = length;
  return at;
}
