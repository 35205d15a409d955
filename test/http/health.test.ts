import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from '../support/postgres.ts';
import { call, startService } from './service.ts';

test('a service whose database is away is alive but not ready, and says why', async () => {
  const postgres = await startPostgres();
  const service = await startService({ postgres });
  try {
    const ready = await call(service, 'GET', '/readyz');
    assert.equal(ready.status, 200);
    assert.deepEqual(ready.body, {
      status: 'ready',
      checks: { database: 'ok', serving: 'ok' },
      workersAlive: 0,
    });

    await postgres.kill('SIGINT');
    const unready = await call(service, 'GET', '/readyz');
    assert.equal(unready.status, 503);
    assert.equal(unready.body.checks.database, 'failing');
    assert.deepEqual((await call(service, 'GET', '/healthz')).body, { status: 'alive' });

    const failing = await call(service, 'GET', '/confirm/x');
    assert.equal(failing.status, 500);
    assert.equal(failing.body.code, 'internal_error');
    assert.doesNotMatch(JSON.stringify(failing.body), /ECONNREFUSED|127\.0\.0\.1:(?!\d+\/docs)|postgres/);
    const number = failing.body.instance.replace('urn:uuid:', '');
    assert.equal(failing.headers.get('x-request-id'), number);
    assert.ok(service.logged().includes(number));

    await postgres.restart();
    assert.equal((await call(service, 'GET', '/readyz')).status, 200);
  } finally {
    await service.stop();
    await postgres.stop();
  }
});
