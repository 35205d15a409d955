import type { Reader, Selection } from './source.ts';

/** Whether a subject has a row of its own. An archive of nobody would look complete. */
export async function hasSubject(
  reader: Reader,
  { schema, table, column }: { schema: string; table: string; column: string },
  subject: string,
): Promise<boolean> {
  const selection: Selection = {
    category: 'subject',
    schema,
    table,
    columns: [{ column, key: column }],
    belongsTo: { column },
    orderBy: [column],
  };
  for await (const chunk of reader.read(selection, subject, { separator: new Uint8Array() })) {
    if (chunk.rows > 0) return true;
  }
  return false;
}
