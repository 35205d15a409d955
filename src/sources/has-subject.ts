import type { Reader, Selection } from './source.ts';

export interface SubjectPlace {
  schema: string;
  table: string;
  column: string;
}

/** Whether a subject has a row of its own. An archive of nobody would look complete. */
export async function hasSubject(reader: Reader, place: SubjectPlace, subject: string): Promise<boolean> {
  const selection = subjectSelection(place);
  const { rowsInScope } = await reader.count(selection, subject);
  if (rowsInScope > 0) return true;
  // Only a read finds out whether the table was emptied since.
  for await (const chunk of reader.read(selection, subject, { separator: new Uint8Array() })) {
    if (chunk.rows > 0) return true;
  }
  return false;
}

export function subjectSelection({ schema, table, column }: SubjectPlace): Selection {
  return {
    category: 'subject',
    schema,
    table,
    columns: [{ column, key: column }],
    belongsTo: { column },
    orderBy: [column],
  };
}
