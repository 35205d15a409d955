import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Bytes, and where they were found. */
export interface Place {
  name: string;
  bytes: Uint8Array | string;
}

/** Every file below a folder, unfinished ones too. One that is gone again before it is read is left out. */
export async function filesBelow(folder: string): Promise<Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const places: Place[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => null);
    if (bytes) places.push({ name: relative(folder, path), bytes });
  }
  return places;
}

/** Without those that are the same as one before them, in name and bytes: most files stay as they are. */
export function distinct(places: Iterable<Place>): Place[] {
  const seen = Map.groupBy(places, ({ name }) => name);
  return Array.from(seen.values()).flatMap((same) =>
    same.filter(({ bytes }, at) => !same.slice(0, at).some((earlier) => isEqual(earlier.bytes, bytes))),
  );
}

/** `name: value` for each value that stands in a place as it is (UTF-8), once a place. */
export function findValues(places: Iterable<Place>, values: string[]): string[] {
  // The longest first, so that one value may begin with another.
  const longestFirst = values.toSorted((one, other) => other.length - one.length);
  return findMatches(places, longestFirst.map((value) => escaped(inLatin1(value))).join('|'));
}

/** The same for everything that a pattern in ASCII matches. */
export function findMatches(places: Iterable<Place>, pattern: string): string[] {
  const all = new RegExp(pattern, 'g');
  return Array.from(places).flatMap(({ name, bytes }) =>
    Array.from(new Set(inLatin1(bytes).match(all)), (found) => `${name}: ${asUtf8(found)}`),
  );
}

/** The same text as it would look in hex and in base64, where it may begin at any of three places. */
export function disguises(text: string): string[] {
  const bytes = Buffer.from(text);
  const inBase64 = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The first and the last letters also depend on what stands beside it.
    return shifted.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase(), ...inBase64];
}

function isEqual(one: Uint8Array | string, other: Uint8Array | string): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return Buffer.compare(one, other) === 0;
}

/** A letter for each byte, so that bytes of any kind can be searched as text. */
function inLatin1(bytes: Uint8Array | string): string {
  if (typeof bytes === 'string') return Buffer.from(bytes).toString('latin1');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function asUtf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}

/** A pattern that matches this text. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
