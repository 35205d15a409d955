import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { type Batch, type FillProgress, fillDatabase, type Session } from '../fill-database.ts';
import { tables } from './tables.ts';

/** Makes the voice product's tables and fills them: all, or nothing. Returns the rows written; 0 if they are there. */
export async function fillVoiceDatabase(
  db: Session,
  options: { onProgress?: (progress: FillProgress) => void } = {},
): Promise<number> {
  const schema = await readFile(new URL('./schema.sql', import.meta.url), 'utf8');
  const files = await Promise.all(tables.map(readPacked));
  return fillDatabase(
    db,
    {
      schema,
      tables: tables.map((name, index) => ({
        name,
        batches: () => batches(files[index] ?? Buffer.alloc(0)),
      })),
      content: Buffer.concat(files),
      derive: totals,
    },
    options,
  );
}

const readPacked = (table: string) => readFile(new URL(`./data/${table}.ndjson.zst`, import.meta.url));

const totals = `
  insert into daily_call_totals
  select account_id, (started_at at time zone 'UTC')::date, count(*), sum(duration_seconds), coalesce(sum(price), 0)
  from calls group by 1, 2`;

/** Large enough that a statement costs little, small enough that the event loop gets its turn. */
const batchBytes = 1024 * 1024;

/** Cuts packed lines into JSON arrays. A raw line break only ever stands between two lines, so it becomes the comma. */
async function* batches(packed: Buffer): AsyncGenerator<Batch> {
  const lines = await promisify(zstdDecompress)(packed);
  for (let start = 0; start < lines.length; ) {
    const newline = lines.indexOf(0x0a, Math.min(start + batchBytes, lines.length - 1));
    const end = newline === -1 ? lines.length : newline;
    const rows = lines.toString('utf8', start, end).split('\n');
    yield { json: `[${rows}]`, rows: rows.length };
    start = end + 1;
  }
}
