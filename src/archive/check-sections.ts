import { createHash } from 'node:crypto';
import { checkCategory } from './check-category.ts';
import { type FileChecker, type Finding, number } from './finding.ts';
import type { Manifest, ManifestCategory } from './manifest.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;

/**
 * A file of the server door: each section is hashed, and its rows are counted, where the manifest says that it lies.
 * What stands around them is known by the hash of the whole file.
 */
export function checkSections(manifest: Manifest): FileChecker {
  const isCsv = manifest.file.contentType.startsWith('text/csv');
  const sections = manifest.categories.flatMap((category) =>
    category.offset === null ? [] : [{ category, offset: category.offset }],
  );
  const { bytes: fileBytes } = manifest.file;
  let next = 0;
  let current: { category: ManifestCategory; offset: number; read: ReturnType<typeof readRows> } | null =
    null;
  let position = 0;

  function open(): void {
    const section = sections[next];
    if (!section || section.offset > position) return;
    current = { ...section, read: readRows(isCsv) };
    next++;
  }

  /** How many bytes of what comes belong to what is read now. */
  function room(): number {
    if (current) return current.offset + current.category.bytes - position;
    return Math.max(1, (sections[next]?.offset ?? fileBytes) - position);
  }

  function close(): Finding | null {
    if (!current || room() > 0) return null;
    const finding = checkCategory(current.category, current.read.end(), current.offset);
    current = null;
    return finding;
  }

  return {
    push(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (!current) open();
        if (position >= fileBytes) {
          const sentence = `The file goes on behind its end, from byte ${number(position)}: the manifest says ${number(fileBytes)} bytes.`;
          return { what: 'too long', category: null, offset: position, sentence };
        }
        const piece = bytes.subarray(at, at + room());
        current?.read.push(piece);
        at += piece.length;
        position += piece.length;
        const finding = close();
        if (finding) return finding;
      }
      return null;
    },
    end() {
      if (position === fileBytes && !current && next === sections.length) return null;
      const category = current?.category.name ?? sections[next]?.category.name ?? null;
      const where = current
        ? `in "${category}"`
        : category
          ? `before "${category}"`
          : 'behind the last section';
      const sentence = `The file is cut off after byte ${number(position)}, ${where}: the manifest says ${number(fileBytes)} bytes.`;
      return { what: 'cut off', category, offset: position, sentence };
    },
  };
}

/** Rows of JSON stand on a line each, with no line feed behind the last; a record of csv ends with one, outside of quotes. */
function readRows(isCsv: boolean) {
  const hash = createHash('sha256');
  let bytesRead = 0;
  let lines = 0;
  let isQuoted = false;
  return {
    push(bytes: Uint8Array) {
      hash.update(bytes);
      bytesRead += bytes.length;
      for (const byte of bytes) {
        if (byte === QUOTE && isCsv) isQuoted = !isQuoted;
        else if (byte === NEWLINE && !isQuoted) lines++;
      }
    },
    end: () => ({ rows: isCsv ? lines : lines + 1, bytes: bytesRead, sha256: hash.digest('hex') }),
  };
}
