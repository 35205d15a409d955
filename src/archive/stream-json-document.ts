import type { RowChunk } from '../sources/source.ts';
import { closingText, firstRow, headText, type JsonDocument, openingText, tailText } from './json-frame.ts';

/**
 * The bytes of a JSON document as its rows are read, one category after another, nothing held back. `onRows` hears
 * of each chunk. A chunk's bytes may be overwritten once the next one is asked for.
 */
export async function* streamJsonDocument(
  document: JsonDocument,
  readRows: (category: string) => AsyncIterable<RowChunk>,
  onRows: (category: string, chunk: RowChunk) => void,
): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(headText(document));
  for (const [index, category] of document.categories.entries()) {
    yield Buffer.from(openingText(category, index));
    let hasRows = false;
    for await (const chunk of readRows(category)) {
      if (!hasRows) yield firstRow;
      hasRows = true;
      onRows(category, chunk);
      yield chunk.bytes;
    }
    yield Buffer.from(closingText(hasRows));
  }
  yield Buffer.from(tailText(document));
}
