import { createFileDigester, type FileDigest } from './file-digest.ts';
import { closingText, firstRow, headText, type JsonDocument, openingText, tailText } from './json-frame.ts';
import type { SectionObserver } from './write-part.ts';

/** Hashes the document that rows will be handed out in, while they are written into its only part. */
export function digestDocument(document: JsonDocument): SectionObserver & { end(): FileDigest } {
  const digester = createFileDigester();
  let opened = 0;
  let current: { category: string; hasRows: boolean } | null = null;

  const frame = (text: string) => digester.frame(Buffer.from(text));
  const close = () => {
    if (current) frame(closingText(current.hasRows));
  };

  frame(headText(document));
  return {
    open(category) {
      close();
      frame(openingText(category, opened++));
      current = { category, hasRows: false };
    },
    rows(bytes) {
      if (!current) throw new Error('Rows came before their category.');
      if (!current.hasRows) digester.frame(firstRow);
      current.hasRows = true;
      digester.rows(current.category, bytes);
    },
    end() {
      close();
      frame(tailText(document));
      return digester.end();
    },
  };
}
