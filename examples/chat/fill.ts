import { readFile } from 'node:fs/promises';
import { type FillProgress, fillDatabase, type Session } from '../fill-database.ts';
import { chatRows } from './rows.ts';

/** Makes the chat product's tables and fills them: all, or nothing. Returns the rows written; 0 if they are there. */
export async function fillChatDatabase(
  db: Session,
  options: { onProgress?: (progress: FillProgress) => void } = {},
): Promise<number> {
  const rows = chatRows();
  const tables = Object.entries(rows).map(([name, rows]) => ({ name, batches: () => inBatches(rows) }));
  return fillDatabase(
    db,
    { schema: await readSchema(), tables, content: Buffer.from(JSON.stringify(rows)) },
    options,
  );
}

/** The SQL of the tables; what follows `-- After the rows` is run when they are filled. */
export function readSchema(): Promise<string> {
  return readFile(new URL('./schema.sql', import.meta.url), 'utf8');
}

const batchRows = 1000;

function* inBatches(rows: object[]): Generator<{ json: string; rows: number }> {
  for (let start = 0; start < rows.length; start += batchRows) {
    const batch = rows.slice(start, start + batchRows);
    yield { json: JSON.stringify(batch), rows: batch.length };
  }
}
