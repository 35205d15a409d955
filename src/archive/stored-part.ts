import { HandoverError } from '../errors.ts';
import type { Section } from '../lifecycle/export-parts-table.ts';
import type { Segment, SlicedPart } from './layout.ts';

/** A *part*: one sealed object of the store, whose plaintext is a run of sections, one after another. */
export interface StoredPart {
  /** Name of the object in the store. */
  name: string;
  /** In the order in which they lie in the plaintext, without a gap. */
  sections: Section[];
  /** SHA-256 (hex) of the head of the sealed object; null for a part that was written before it was recorded. */
  headSha256: string | null;
}

/** A part, as the slices of a file name it. Throws `archive_damaged` if what was recorded of it does not add up. */
export function slicedPart(part: StoredPart): SlicedPart {
  return { name: part.name, plainBytes: plainSizeBytes(part), headSha256: part.headSha256 };
}

/** A section of a part, as a piece of a file. */
export function sliceOf(part: SlicedPart, { category, offset, bytes, sha256 }: Section): Segment {
  return { kind: 'slice', section: category, part, start: offset, end: offset + bytes, sha256 };
}

/**
 * Size of a part's plaintext. Throws `archive_damaged` if what was recorded of the part does not add up: sections
 * with a gap between them, rows without bytes, or bytes without rows.
 */
function plainSizeBytes(part: StoredPart): number {
  let end = 0;
  for (const section of part.sections) {
    const hasBytes = section.bytes > 0;
    const hasRows = section.rows > 0;
    if (section.offset !== end || hasBytes !== hasRows) {
      const message = `The record of part ${part.name} does not add up at its section ${section.category}.`;
      throw new HandoverError('archive_damaged', message, {
        details: { object: part.name, reason: 'record' },
      });
    }
    end += section.bytes;
  }
  return end;
}
