import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import pg from 'pg';
import QueryStream from 'pg-query-stream';
import { writePart } from '../../src/archive/write-part.ts';
import type { RowChunk } from '../../src/sources/source.ts';
import { openFileStore } from '../../src/vault/file-store.ts';
import type { Run } from '../compare.ts';

const ROWS_AT_ONCE = 1000;

/** A cursor of the driver and `JSON.stringify`, hashed, sealed and stored by the same code as ours. */
export async function start(settings: { url: string; sql: string; storeFolder: string }) {
  const store = openFileStore({ folder: settings.storeFolder });
  const recipient = await identityToRecipient(await generateX25519Identity());
  return {
    async run(): Promise<Run> {
      const startedAt = performance.now();
      const client = new pg.Client({ connectionString: settings.url });
      await client.connect();
      await client.query('begin isolation level repeatable read read only');
      const rows = client.query(new QueryStream(settings.sql, [], { batchSize: ROWS_AT_ONCE }));
      const sections = [{ category: 'messages', chunks: toChunks(rows) }];
      const written = await writePart({ store, recipient }, 'cursor/0.age', sections);
      await client.end();
      const seconds = (performance.now() - startedAt) / 1000;
      await rm(join(settings.storeFolder, 'cursor'), { recursive: true });
      return { seconds, rows: written.sections[0]?.rows ?? 0, bytes: written.plainBytes };
    },
  };
}

async function* toChunks(rows: AsyncIterable<object>): AsyncGenerator<RowChunk> {
  let lines: string[] = [];
  for await (const row of rows) {
    lines.push(JSON.stringify(row));
    if (lines.length < ROWS_AT_ONCE) continue;
    yield { bytes: Buffer.from(`${lines.join('\n')}\n`), rows: lines.length };
    lines = [];
  }
  if (lines.length > 0) yield { bytes: Buffer.from(`${lines.join('\n')}\n`), rows: lines.length };
}
