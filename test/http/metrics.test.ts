import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { basic, call, completeExport, type Service, startService } from './service.ts';

const TOKEN = 'a-token-of-the-metrics';

let service: Service;
before(async () => {
  service = await startService({ worker: true, metricsToken: TOKEN });
});
after(() => service.stop());

/** Every sample by its name and labels. */
async function read(): Promise<Map<string, number>> {
  const { status, headers, body } = await call(service, 'GET', '/metrics', {
    authorization: `Bearer ${TOKEN}`,
  });
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const lines = (body as string).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

test('metrics are for an API key or the token of the metrics, also from loopback', async () => {
  for (const authorization of [
    '',
    'Bearer a token',
    `Bearer ${TOKEN}x`,
    basic('test-key', 'wrong').authorization,
  ]) {
    const refused = await call(service, 'GET', '/metrics', authorization ? { authorization } : {});
    assert.equal(refused.status, 401, authorization);
    assert.doesNotMatch(JSON.stringify(refused.body), /handover_/);
  }
  assert.equal((await call(service, 'GET', '/metrics', basic())).status, 200);
});

test('metrics count an export from its request to its file, and name nobody', async () => {
  await completeExport(service);
  await service.parts.db.query(`update handover.data_exports set attempt = 3`);
  await service.parts.db.query(`update handover.export_parts set attempt = 3`);
  const inserted = await service.parts.db.query<{ id: string; status: string }>(
    `insert into handover.data_exports (id, kind, subject_id, door, status, requester_id, requester_email, requested_at,
       confirmed_at, ended_at, failure_code, failure_message)
     select gen_random_uuid(), 'account', 's' || status, 'account', status, 'u1', 'a2@example.com', $1, $1,
       case status when 'failed' then $1::timestamptz end, case status when 'failed' then 'source_refused' end, ''
     from unnest(array['failed', 'confirmed']) status returning id, status`,
    [new Date(service.parts.now().getTime() - 90_000)],
  );
  // The sweep of the next minute would give a job to the one that waits.
  const exportId = inserted.find(({ status }) => status === 'confirmed')?.id ?? '';
  const inAnHour = new Date(Date.now() + 3_600_000);
  await service.parts.queue.send(
    null,
    'process-export',
    { exportId },
    { key: exportId, startAfter: inAnHour },
  );
  // Figures are read once in five seconds.
  await new Promise((resolve) => setTimeout(resolve, 5100));
  const samples = await read();
  const at = (name: string) => samples.get(`handover_${name}`) ?? Number.NaN;

  assert.equal(at('exports{kind="account",door="account",status="completed"}'), 1);
  assert.equal(at('exports{kind="account",door="account",status="failed"}'), 1);
  assert.equal(at('exports{kind="account",door="account",status="pending"}'), 0);
  assert.equal(at('exports_failed{code="source_refused"}'), 1);
  assert.equal(at('exports_extra_attempts{kind="account",door="account"}'), 2);
  const waited = at('exports_oldest_waiting_seconds');
  assert.ok(waited >= 90 && waited < 200, `${waited}`);
  assert.equal(at('recent_parts'), 1);
  assert.equal(Math.round(at('recent_rows_per_second') * 300), 3001);
  assert.ok(at('recent_bytes_per_second') > 1000);
  assert.ok(at('recent_export_seconds{phase="build",quantile="0.95"}') > 0);
  assert.equal(at('workers'), 1);
  assert.equal(at('owed{what="mail"}'), 0);
  assert.equal(at('jobs{queue="build-part",state="due"}'), 0);
  assert.equal(at('lease_losses_total{queue="process-export"}'), 0);
  assert.ok(
    at('http_request_duration_seconds_count{method="POST",route="/confirm/:token",status="2xx"}') >= 1,
  );
  assert.ok(samples.has('process_resident_memory_bytes'));

  // Ids, addresses and tokens: none may be the value of a label.
  const values = [...samples.keys()].flatMap((sample) => sample.match(/"[^"]*"/g) ?? []);
  const personal = /^"[asu]\d|@|example|[\w-]{43}|[0-9a-f]{8}-[0-9a-f]{4}/;
  assert.deepEqual(
    values.filter((value) => personal.test(value)),
    [],
  );
});

test('the dashboard asks only for metrics that there are', async () => {
  const dashboard = readFileSync('deploy/grafana.json', 'utf8');
  const names = new Set([...(await read()).keys()].map((sample) => sample.split('{')[0]));
  const asked = [...new Set(dashboard.match(/\b(handover|nodejs|process)_[a-z_]+\b/g))];
  assert.ok(asked.length > 10);
  assert.deepEqual(
    asked.filter((name) => !names.has(name)),
    [],
  );
});
