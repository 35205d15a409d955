import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import pg from 'pg';
import type { Run } from '../compare.ts';

export interface RangeOrder {
  snapshotId: string;
  sql: string;
  objectName: string;
}

export interface RangeThreadSettings {
  url: string;
  storeFolder: string;
  recipient: string;
}

/**
 * The way a library offers: two key ranges of `row_to_json` through `pg-copy-streams` under one snapshot, each in a
 * thread of its own, hashed, sealed and stored by the same code as ours.
 */
export async function start(settings: {
  url: string;
  /** Two statements that together read all rows. */
  ranges: string[];
  storeFolder: string;
  rows: number;
}) {
  const { url, ranges, storeFolder, rows } = settings;
  const recipient = await identityToRecipient(await generateX25519Identity());
  const workerData: RangeThreadSettings = { url, storeFolder, recipient };
  const threads = ranges.map(
    () => new Worker(new URL('./copy-streams-thread.ts', import.meta.url), { workerData }),
  );
  return {
    async run(): Promise<Run> {
      const startedAt = performance.now();
      const holder = new pg.Client({ connectionString: url });
      await holder.connect();
      await holder.query('begin isolation level repeatable read read only');
      const exported = await holder.query<{ id: string }>('select pg_export_snapshot() as id');
      const snapshotId = exported.rows[0]?.id ?? '';
      const bytes = await Promise.all(
        threads.map(async (thread, index) => {
          const sql = ranges[index] ?? '';
          thread.postMessage({ snapshotId, sql, objectName: `ranges/${index}.age` } satisfies RangeOrder);
          const [plainBytes] = (await once(thread, 'message')) as [number];
          return plainBytes;
        }),
      );
      await holder.end();
      const seconds = (performance.now() - startedAt) / 1000;
      await rm(join(storeFolder, 'ranges'), { recursive: true });
      return { seconds, rows, bytes: bytes.reduce((sum, each) => sum + each, 0) };
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
