import type { RowChunk } from '../sources/source.ts';
import { closingText, firstRow, headText, type JsonDocument, openingText, tailText } from './json-frame.ts';

/** Some bytes of a file, and whose rows they are; null for what stands around rows. */
export interface FilePiece {
  section: string | null;
  bytes: Uint8Array;
}

/**
 * A JSON document as its rows are read, one category after another, nothing held back. `onRows` hears of each chunk. A
 * chunk's bytes may be overwritten once the next one is asked for.
 */
export async function* streamJsonDocument(
  document: JsonDocument,
  readRows: (category: string) => AsyncIterable<RowChunk>,
  onRows: (category: string, chunk: RowChunk) => void,
): AsyncGenerator<FilePiece, void> {
  const frame = (text: string): FilePiece => ({ section: null, bytes: Buffer.from(text) });
  yield frame(headText(document));
  for (const [index, category] of document.categories.entries()) {
    yield frame(openingText(category, index));
    let hasRows = false;
    for await (const chunk of readRows(category)) {
      if (!hasRows) yield { section: null, bytes: firstRow };
      hasRows = true;
      onRows(category, chunk);
      yield { section: category, bytes: chunk.bytes };
    }
    yield frame(closingText(hasRows));
  }
  yield frame(tailText(document));
}
