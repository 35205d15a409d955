import type { DataExport } from '../lifecycle/data-export.ts';
import { findExport } from '../lifecycle/data-exports-table.ts';
import type { Parts } from './parts.ts';

/** An export of the server door; null when there is none, or another key asked for it. */
export async function findServerExport(
  { db }: Pick<Parts, 'db'>,
  id: string,
  apiKey: string,
): Promise<DataExport | null> {
  const data = await findExport(db, id);
  return data?.door === 'server' && data.apiKey === apiKey ? data : null;
}
