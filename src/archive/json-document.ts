import { HandoverError } from '../errors.ts';
import {
  closingText,
  firstRow,
  headText,
  type JsonDocument,
  openingText,
  rowSeparator,
  tailText,
} from './json-frame.ts';
import { type Layout, layOut, type Segment } from './layout.ts';
import { type StoredPart, slicedPart, sliceOf } from './stored-part.ts';

/**
 * Lays the document out. Parts are in the order of the archive; those of one category follow the order of its rows.
 * Throws `archive_damaged` if the record of a part does not add up or names a category that the document has not.
 */
export function layOutJsonDocument(document: JsonDocument, parts: StoredPart[]): Layout {
  const slices = slicesByCategory(document.categories, parts);
  return layOut(segmentsOf(document, slices));
}

function* segmentsOf(document: JsonDocument, slices: Map<string, Segment[]>): Generator<Segment, void> {
  yield text(headText(document));
  let index = 0;
  for (const [category, rows] of slices) {
    yield text(openingText(category, index++));
    let joint = firstRow;
    for (const slice of rows) {
      yield { kind: 'text', bytes: joint };
      yield slice;
      joint = rowSeparator;
    }
    yield text(closingText(rows.length > 0));
  }
  yield text(tailText(document));
}

/** In the order of the categories. A section without rows has no slice, so that no joint dangles. */
function slicesByCategory(categories: string[], parts: StoredPart[]): Map<string, Segment[]> {
  const slices = new Map<string, Segment[]>(categories.map((category) => [category, []]));
  for (const part of parts) {
    const sliced = slicedPart(part);
    for (const section of part.sections) {
      const { category, bytes } = section;
      const rows = slices.get(category);
      if (rows === undefined) throw unknownCategory(part.name, category);
      if (bytes === 0) continue;
      rows.push(sliceOf(sliced, section));
    }
  }
  return slices;
}

function text(words: string): Segment {
  return { kind: 'text', bytes: Buffer.from(words) };
}

function unknownCategory(part: string, category: string): HandoverError {
  const message = `The part ${part} holds rows of ${category}, which is no category of this archive.`;
  return new HandoverError('archive_damaged', message, { details: { object: part, reason: 'category' } });
}
