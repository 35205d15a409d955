import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { confirmExport } from '../../src/steps/confirm-export.ts';
import { deleteArchive } from '../../src/steps/delete-archive.ts';
import { openDownload } from '../../src/steps/download-export.ts';
import { openS3Store } from '../../src/vault/s3-store.ts';
import { startAgain, startInstallation } from '../support/installation.ts';
import { collect } from './bytes.ts';
import { emptyBucket } from './s3-server.ts';
import { names } from './store-contract.ts';

test('what a worker stores in a bucket, a server on another machine hands out and removes', async (t) => {
  const settings = await emptyBucket(t);
  const { bucket, endpoint, credentials } = settings;
  const worker = await startInstallation(t, {
    state: 'postgres',
    env: {
      STORE_URL: `s3://${bucket}/handover?endpoint=${endpoint}`,
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
      HANDOVER_KEY: randomBytes(32).toString('base64'),
    },
  });
  // Another machine: it shares the database, the key and the bucket, and no folder.
  const dataDir = await mkdtemp(join(tmpdir(), 'handover-node-'));
  const server = await startAgain(
    t,
    { ...worker, env: { ...worker.env, dataDir } },
    { roles: { http: true, worker: false } },
  );
  t.after(() => rm(dataDir, { recursive: true, force: true }));

  const { id } = await server.request();
  await confirmExport(server.parts, (await server.mail('confirm')).token);
  await worker.until(id, 'completed');
  const text = (await collect((await openDownload(server.parts, { id })).read())).toString();
  assert.equal(JSON.parse(text).accountId, 'acme');
  assert.deepEqual(await readdir(dataDir), []);
  assert.deepEqual(await readdir(worker.dataDir), []);

  const store = openS3Store(settings);
  assert.ok((await names(store)).every((name) => name.startsWith(`exports/${id}/`)));
  await deleteArchive(server.parts, id, 'operator');
  while ((await names(store)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
});
