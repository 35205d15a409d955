import { isUtf8 } from 'node:buffer';
import type { RowChunk } from '../source.ts';

/**
 * A database without an encoding (SQL_ASCII) may hold bytes that are not UTF-8. A file
 * may not: each such sequence becomes U+FFFD, and is counted. `bytes` are whole rows.
 */
export function replaceInvalid(bytes: Uint8Array, rows: number): RowChunk {
  if (isUtf8(bytes)) return { bytes, rows };
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { bytes: Buffer.from(text), rows, replaced: count(text, '\ufffd') - countBytes(bytes, REPLACEMENT) };
}

const REPLACEMENT = Buffer.from('\ufffd');

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function countBytes(bytes: Uint8Array, pattern: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let found = 0;
  for (let at = buffer.indexOf(pattern); at !== -1; at = buffer.indexOf(pattern, at + pattern.length))
    found++;
  return found;
}
