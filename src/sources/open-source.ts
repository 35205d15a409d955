import { openPgliteSource } from './pglite/source.ts';
import { openPostgresSource } from './postgres/source.ts';
import type { Source } from './source.ts';

/** What a config says of a source, with every default filled in. */
export type SourceSettings =
  | { type: 'postgres'; url: string; maxConnections: number; statementTimeoutMs: number }
  | { type: 'pglite'; folder: string };

/** Opens a source of either kind. Connects when it is first used. */
export async function openSource(settings: SourceSettings): Promise<Source> {
  return settings.type === 'pglite' ? openPgliteSource(settings) : openPostgresSource(settings);
}
