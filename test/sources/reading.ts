import assert from 'node:assert/strict';
import { type ErrorCode, HandoverError } from '../../src/errors.ts';
import type { Reader, ReadOptions, RowChunk, Selection, Snapshot, Source } from '../../src/sources/source.ts';

/** A selection of the table `public.<table>`, all of whose rows with `account_id` belong to the subject. */
export function selectionOf(table: string, columns: string[], more: Partial<Selection> = {}): Selection {
  return {
    category: table,
    schema: 'public',
    table,
    columns: columns.map((column) => ({ column, key: column })),
    belongsTo: { column: 'account_id' },
    orderBy: ['id'],
    ...more,
  };
}

export const newline = Buffer.from('\n');

/** Each row as the text of its JSON. */
export async function readLines(
  reader: Reader,
  selection: Selection,
  subject = '1',
  options: Partial<ReadOptions> = {},
): Promise<string[]> {
  const { text, rows } = await readText(reader, selection, subject, options);
  const lines = text === '' ? [] : text.split('\n');
  if (lines.length !== rows) throw new Error(`${rows} rows were announced, ${lines.length} came.`);
  return lines;
}

export async function readRows(
  reader: Reader,
  selection: Selection,
  subject = '1',
  options: Partial<ReadOptions> = {},
): Promise<Record<string, unknown>[]> {
  return (await readLines(reader, selection, subject, options)).map((line) => JSON.parse(line));
}

export async function readText(
  reader: Reader,
  selection: Selection,
  subject = '1',
  options: Partial<ReadOptions> = {},
): Promise<{ text: string; rows: number; replaced: number; chunks: number }> {
  return collect(reader.read(selection, subject, { separator: newline, ...options }));
}

export async function collect(
  chunks: AsyncIterable<RowChunk>,
): Promise<{ text: string; rows: number; replaced: number; chunks: number }> {
  const copies: Buffer[] = [];
  let rows = 0;
  let replaced = 0;
  for await (const chunk of chunks) {
    copies.push(Buffer.from(chunk.bytes));
    rows += chunk.rows;
    replaced += chunk.replaced ?? 0;
  }
  return { text: Buffer.concat(copies).toString('utf8'), rows, replaced, chunks: copies.length };
}

/** Opens a snapshot for as long as `use` takes. */
export async function inSnapshot<T>(source: Source, use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const snapshot = await source.openSnapshot();
  try {
    return await use(snapshot);
  } finally {
    await snapshot.close();
  }
}

/** The refusal that an attempt ends with. */
export async function refusal(attempt: Promise<unknown>, code: ErrorCode, what = ''): Promise<HandoverError> {
  const error = await attempt.then(
    () => null,
    (error) => error,
  );
  assert.ok(error instanceof HandoverError, `${what}: refused with ${error}`);
  assert.equal(error.code, code, `${what}: ${error.message}`);
  return error;
}
