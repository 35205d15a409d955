import type { Connection } from './postgres/connection.ts';
import { openPostgresSource } from './postgres/source.ts';
import type { Source } from './source.ts';

/** What a config says of a source, with every default filled in. */
export type SourceSettings =
  | {
      type: 'postgres';
      url: string;
      maxConnections: number;
      statementTimeoutMs: number;
      /** Longest time a snapshot may be held. */
      maxSnapshotMs: number;
    }
  | { type: 'pglite'; folder: string };

/** Opens a source of either kind. Connects when it is first used. `wrap` sees each connection to a Postgres. */
export async function openSource(
  settings: SourceSettings,
  wrap?: (connection: Connection) => Connection,
): Promise<Source> {
  if (settings.type === 'postgres') return openPostgresSource({ ...settings, wrap });
  // Loaded only where a config names one: each builder thread would load it.
  const { openPgliteSource } = await import('./pglite/source.ts');
  return openPgliteSource(settings);
}
