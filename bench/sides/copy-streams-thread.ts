import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { writePart } from '../../src/archive/write-part.ts';
import type { RowChunk } from '../../src/sources/source.ts';
import { openFileStore } from '../../src/vault/file-store.ts';
import type { RangeOrder, RangeThreadSettings } from './copy-streams.ts';

const { url, storeFolder, recipient } = workerData as RangeThreadSettings;
const store = openFileStore({ folder: storeFolder });

parentPort?.on('message', async ({ snapshotId, sql, objectName }: RangeOrder) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin isolation level repeatable read read only');
  await client.query(`set transaction snapshot ${pg.escapeLiteral(snapshotId)}`);
  const copy = client.query(copyTo(sql));
  const sections = [{ category: 'messages', chunks: toChunks(copy) }];
  const { plainBytes } = await writePart({ store, recipient }, objectName, sections);
  await client.end();
  parentPort?.postMessage(plainBytes);
});

/** The stream's own chunks, as they are; they are cut anywhere, so nobody counts rows here. */
async function* toChunks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<RowChunk> {
  for await (const chunk of bytes) yield { bytes: chunk, rows: 1 };
}
