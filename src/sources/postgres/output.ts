/**
 * Where codecs write: they append at `length`. The caller has made room, and some bytes more: words are written whole
 * (`view`), and what stands behind `length` is written over by what comes next. Writing beyond the room throws.
 */
export interface Output {
  bytes: Uint8Array;
  view: DataView;
  length: number;
}

export function outputOf(bytes: Uint8Array): Output {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), length: 0 };
}

/** Bytes that are written often, ready to be written by words of four. */
export interface Constant {
  words: Int32Array;
  length: number;
}

export function constantOf(text: string): Constant {
  const bytes = Buffer.from(text);
  const padded = Buffer.concat([bytes, Buffer.alloc(3)]);
  const words = Int32Array.from({ length: Math.ceil(bytes.length / 4) }, (_, n) => padded.readInt32LE(4 * n));
  return { words, length: bytes.length };
}

export function writeConstant({ words, length }: Constant, output: Output): void {
  const { view } = output;
  let at = output.length;
  output.length = at + length;
  for (let i = 0; i < words.length; i++, at += 4) view.setInt32(at, words[i] as number, true);
}

/** Two digits for each number below 100, as one little-endian word. */
const twoDigits = Uint16Array.from({ length: 100 }, (_, n) => 0x3030 + Math.floor(n / 10) + ((n % 10) << 8));

/** Returns where it ends. `value` is below 100. */
export function writeTwoDigits(view: DataView, at: number, value: number): number {
  view.setUint16(at, twoDigits[value] as number, true);
  return at + 2;
}

export function writeAscii(text: string, output: Output): void {
  for (let i = 0; i < text.length; i++) output.bytes[output.length++] = text.charCodeAt(i);
}
