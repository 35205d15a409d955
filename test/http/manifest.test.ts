import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { verifyArchive } from '../../src/archive/verify-archive.ts';
import {
  basic,
  CONTACTS,
  call,
  completeExport,
  type Service,
  signIn,
  startService,
  until,
} from './service.ts';

let service: Service;
let id: string;
let path: string;

before(async () => {
  service = await startService({ worker: true });
  ({ id } = await completeExport(service));
  path = `/v1/exports/${id}/manifest`;
});
after(() => service.stop());

const textOf = async (from: string, headers: Record<string, string>) =>
  (await fetch(service.url + from, { headers })).text();

test('the manifest proves the file that is downloaded, by the key that the service publishes', async () => {
  const { status, headers, body } = await call(service, 'GET', `${path}?accountId=a1`, basic());
  assert.equal(status, 200);
  assert.equal(headers.get('content-disposition'), `attachment; filename="${id}.manifest.json"`);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.deepEqual(
    body.categories.map(({ name, rows }: { name: string; rows: number }) => [name, rows]),
    [
      ['account', 1],
      ['contacts', CONTACTS],
    ],
  );
  assert.deepEqual(body.leftOut, [{ what: 'audit', reason: 'internal', note: 'Our own log' }]);

  const keys = await call(service, 'GET', '/.well-known/handover-keys.json');
  assert.equal(keys.headers.get('cache-control'), 'public, max-age=300');
  const [key] = keys.body.keys;
  assert.deepEqual(
    [key.kty, key.crv, key.alg, key.use, key.kid],
    ['OKP', 'Ed25519', 'Ed25519', 'sig', body.signature.keyId],
  );
  const file = await fetch(`${service.url}/v1/exports/${id}/archive?accountId=a1`, { headers: basic() });
  const text = await textOf(`${path}?accountId=a1`, basic());
  assert.ok(file.body);
  const { finding, signature } = await verifyArchive(text, file.body, keys.body.keys);
  assert.deepEqual([finding, signature], [null, 'trusted']);
});

test('the manifest is for who may see the export, and for nobody else', async () => {
  const cookie = await signIn(service, 'a1');
  assert.equal(await textOf(path, cookie), await textOf(`${path}?accountId=a1`, basic()));
  assert.equal((await call(service, 'GET', path, await signIn(service, 'a2'))).status, 404);
  assert.equal((await call(service, 'GET', `${path}?accountId=a2`, basic())).body.code, 'export_not_found');
  // Without an account a key means an export that it asked for itself, at the server door.
  assert.equal((await call(service, 'GET', path, basic())).body.code, 'export_not_found');
  assert.equal((await call(service, 'GET', path, basic('test-key', 'wrong'))).status, 401);
  assert.equal((await call(service, 'GET', path)).status, 401);
});

test('a manifest that is still being made is refused with the time to wait, and comes', async () => {
  const { db, queue } = service.parts;
  await db.query('update handover.data_exports set manifest = null where id = $1', [id]);
  const { status, headers, body } = await call(service, 'GET', `${path}?accountId=a1`, basic());
  assert.deepEqual([status, body.code, headers.get('retry-after')], [409, 'manifest_not_ready', '2']);
  const seen = await call(service, 'GET', `/v1/exports/${id}?accountId=a1`, basic());
  assert.equal(seen.body.manifest, 'pending');
  await queue.send(null, 'prove-archive', { exportId: id }, { key: id });
  await until(async () => (await call(service, 'GET', `${path}?accountId=a1`, basic())).status === 200);
});

test('an export has no manifest before it has a file, and keeps it when the file is gone', async () => {
  const asked = await call(service, 'POST', '/v1/exports?accountId=a2', basic(), {
    user: { id: 'u2', email: 'a2@example.com' },
  });
  const early = await call(service, 'GET', `/v1/exports/${asked.body.id}/manifest?accountId=a2`, basic());
  assert.deepEqual([early.status, early.body.code], [409, 'export_not_ready']);
  const before = await textOf(`${path}?accountId=a1`, basic());
  assert.equal(
    (await call(service, 'DELETE', `/v1/exports/${id}/archive?accountId=a1`, basic())).status,
    200,
  );
  assert.equal(await textOf(`${path}?accountId=a1`, basic()), before);
});

test('gaps stand on the export, in the list and on the metrics', async () => {
  const gap = { category: 'contacts', rowsInScope: 10, rowsLeftOut: 1, rowsExported: 8, rowsFailed: 1 };
  await service.parts.db.query('update handover.data_exports set gaps = $2 where id = $1', [
    id,
    JSON.stringify([gap]),
  ]);
  const { body } = await call(service, 'GET', '/v1/exports?accountId=a1', basic());
  assert.deepEqual(body.exports[0].gaps, [gap]);
  const metrics = await textOf('/metrics', basic());
  assert.match(metrics, /^handover_exports_with_gaps\{kind="account",door="account"\} 1$/m);
  assert.match(metrics, /^handover_archives_damaged\{kind="account",door="account"\} 0$/m);
});
