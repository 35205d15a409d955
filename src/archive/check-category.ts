import { counted, type Finding, number } from './finding.ts';
import type { ManifestCategory } from './manifest.ts';

/** What is wrong with the rows of a category, as they were found in the file, beginning at `offset`. */
export function checkCategory(
  category: ManifestCategory,
  found: { rows: number; bytes: number; sha256: string },
  offset: number,
): Finding | null {
  const { name, rows, bytes, sha256, offset: place } = category;
  const finding = (what: Finding['what'], sentence: string): Finding => ({
    what,
    category: name,
    offset,
    sentence,
  });
  const from = `"${name}", from byte ${number(offset)},`;
  if (found.rows !== rows) {
    return finding('rows', `${from} has ${counted(found.rows, 'row')}; the manifest says ${number(rows)}.`);
  }
  if (found.bytes !== bytes) {
    return finding(
      'bytes',
      `${from} has ${counted(found.bytes, 'byte')}; the manifest says ${number(bytes)}.`,
    );
  }
  if (place !== null && place !== offset) {
    const sentence = `"${name}" begins at byte ${number(offset)}; the manifest says ${number(place)}.`;
    return finding('manifest', sentence);
  }
  if (found.sha256 !== sha256) {
    return finding(
      'content',
      `${from} has the right number of rows and bytes, but they are not those that were written: its SHA-256 is another.`,
    );
  }
  return null;
}
