import { createFileDigester, type FileDigest } from './file-digest.ts';
import { type Layout, pieceBytes, type Segment } from './layout.ts';
import type { Archive } from './open-archive.ts';

/**
 * Reads the stored archive once, from its first byte to its last, as whoever downloads it will: that it opens is then
 * known, and what it is. Throws `archive_damaged`.
 */
export async function digestArchive(
  archive: Pick<Archive, 'read'>,
  layout: Layout,
  signal?: AbortSignal,
): Promise<FileDigest> {
  const digester = createFileDigester();
  const owners = layout.segments.map((_, index) => ownerOf(layout.segments, index));
  let index = 0;
  let done = 0;
  for await (const chunk of archive.read()) {
    signal?.throwIfAborted();
    for (let from = 0; from < chunk.length; ) {
      const segment = layout.segments[index];
      if (!segment) throw new Error('The archive is longer than its layout.');
      const bytes = chunk.subarray(from, from + pieceBytes(segment) - done);
      const owner = owners[index];
      if (owner == null) digester.frame(bytes);
      else digester.rows(owner, bytes);
      from += bytes.length;
      done += bytes.length;
      if (done === pieceBytes(segment)) {
        index++;
        done = 0;
      }
    }
  }
  if (index < layout.segments.length) throw new Error('The archive is shorter than its layout.');
  return digester.end();
}

/** The section that a segment is of: that of its rows, or of the rows on both sides of a joint; null for the frame. */
function ownerOf(segments: Segment[], index: number): string | null {
  const sectionAt = (place: number) => {
    const segment = segments[place];
    return segment?.kind === 'slice' ? segment.section : null;
  };
  if (segments[index]?.kind === 'slice') return sectionAt(index);
  const before = sectionAt(index - 1);
  return before !== null && before === sectionAt(index + 1) ? before : null;
}
