import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { type Installation, startInstallation, waitFor } from '../support/installation.ts';
import { type SentSpan, startReceiver } from './receiver.ts';

const key = 'test-key';
const secret = 'a-secret-of-at-least-thirty-two-bytes';
const headers = {
  authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
  'content-type': 'application/json',
};
const callerTrace = '0af7651916cd43dd8448eb211c80319c';

describe('traces', () => {
  it('show one export as one trace, from the request to the mail, over processes and threads; and name nobody', async (t) => {
    const receiver = await startReceiver(t);
    const { url, installation, processes } = await start(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_SERVICE_NAME: 'exports-of-acme',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    const id = await runExport(url, installation);
    // What waits is sent when a process stops.
    for (const process of processes) await stop(process);

    const spans = receiver.spans();
    const traceId = id.replaceAll('-', '');
    const ofExport = spans.filter((span) => span.traceId === traceId);
    const find = (name: string) => {
      const found = ofExport.find((span) => span.name === name);
      assert.ok(found, `a span ${name} among ${ofExport.map((span) => span.name)}`);
      return found;
    };

    const life = find('export');
    assert.equal(life.parentSpanId, undefined);
    assert.equal(life.attributes['handover.export.status'], 'completed');
    assert.equal(life.attributes['handover.export.rows'], 201);
    assert.deepEqual([...new Set(spans.map(({ service }) => service))], ['exports-of-acme']);
    assert.match(receiver.text(), /deployment\.environment\.name/);

    // One tree: each hangs below another of the same trace.
    const ids = new Set(ofExport.map(({ spanId }) => spanId));
    assert.deepEqual(
      ofExport.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId)),
      [],
    );
    for (const name of ['send process-export', 'process process-export', 'process build-part']) {
      assert.equal(find(name).parentSpanId, life.spanId, name);
    }
    assert.equal(ofExport.filter(({ name }) => name === 'process send-mail').length, 2);
    assert.equal(find('plan').parentSpanId, find('process process-export').spanId);

    const copy = ofExport.find(
      ({ name, attributes }) => name === 'COPY' && /"?notes"?/.test(String(attributes['db.query.text'])),
    );
    assert.ok(copy);
    assert.equal(copy.attributes['db.system.name'], 'postgresql');
    assert.match(String(copy.attributes['db.query.text']), /account_id"? ?= ?\?/);
    const parts = ofExport.filter(({ name }) => name === 'build part');
    assert.ok(parts.length > 1);
    assert.ok(parts.some(({ spanId }) => spanId === copy.parentSpanId || nestedIn(ofExport, copy, spanId)));
    const rows = parts.reduce((sum, { attributes }) => sum + Number(attributes['handover.part.rows']), 0);
    assert.equal(rows, 201);
    assert.ok(
      ofExport.some(
        ({ name, attributes }) => name === 'store part' && Number(attributes['handover.bytes']) > 0,
      ),
    );

    // A request is a trace of its own, linked to that of the export it is about.
    const asked = spans.find(({ name }) => name === 'POST /v1/exports');
    assert.ok(asked);
    assert.notEqual(asked.traceId, callerTrace);
    assert.deepEqual(asked.links.map((link) => link.traceId).sort(), [callerTrace, traceId].sort());
    const confirmed = spans.find(({ name }) => name === 'POST /confirm/:token');
    assert.equal(confirmed?.attributes['http.response.status_code'], 200);
    assert.equal(find('send process-export').links[0]?.spanId, confirmed?.spanId);

    // Tokens are 43 characters of base64url; a part's object has a name as long.
    const names = receiver.text();
    for (const secretText of ['acme', 'owner@', 'example', 'CANARY', 'quoted', secret, key, 'u_1', 'Olga']) {
      const found = names.replaceAll('exports-of-acme', '').indexOf(secretText);
      assert.equal(found, -1, `${secretText}: …${names.slice(Math.max(0, found - 80), found + 40)}`);
    }
    assert.doesNotMatch(names, /(?<![\w-])[\w-]{43}(?![\w-])/);
  });

  it('are sent as protobuf where nothing else is said, and not at all for what is not sampled', async (t) => {
    const receiver = await startReceiver(t);
    const endpoint = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` };
    const never = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };
    for (const sampling of [never, {}]) {
      assert.deepEqual(receiver.contentTypes, []);
      const { url, processes } = await start(t, { ...endpoint, ...sampling }, [['serve', '--no-worker']]);
      await fetch(`${url}/no/such/place-CANARY`);
      for (const process of processes) await stop(process);
    }
    assert.deepEqual([...new Set(receiver.contentTypes)], ['application/x-protobuf']);
    assert.match(receiver.text(), /http\.request\.method/);
    assert.doesNotMatch(receiver.text(), /CANARY/);
  });
});

/** An installation of which HTTP and worker are processes of their own. */
async function start(
  t: TestContext,
  otel: Record<string, string>,
  commands = [['serve', '--no-worker'], ['worker']],
) {
  const installation = await startInstallation(t, {
    state: 'postgres',
    roles: { http: false, worker: false },
    policy: { rowsPerPart: 100 },
  });
  const { env } = installation;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    ...process.env,
    ...otel,
    DATABASE_URL: env.databaseUrl ?? '',
    HANDOVER_CONFIG: env.configPath,
    HANDOVER_DATA_DIR: env.dataDir,
    HANDOVER_API_KEY: key,
    HANDOVER_API_SECRET: secret,
    PORT: String(port),
    LOG_LEVEL: 'error',
  };
  const processes = commands.map((args) => run(t, args, environment));
  await waitFor('the service to be ready', async () => {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    return answer?.ok ? true : null;
  });
  return { url, installation, processes };
}

/** By HTTP alone: request, confirmation, until the ready mail is there. */
async function runExport(url: string, installation: Installation): Promise<string> {
  const asked = await fetch(`${url}/v1/exports?accountId=acme`, {
    method: 'POST',
    headers: { ...headers, traceparent: `00-${callerTrace}-b7ad6b7169203331-01` },
    body: JSON.stringify({ user: { id: 'u_1', email: 'owner@acme.example', name: 'Olga Owner' } }),
  });
  const { id } = (await asked.json()) as { id: string };
  const { token } = await installation.mail('confirm');
  await fetch(`${url}/confirm/${token}`, { method: 'POST' });
  const download = await installation.mail('download');
  await (await fetch(`${url}/download/${download.token}`)).arrayBuffer();
  await waitFor('the ready mail to be noted as sent', async () => {
    const open = await installation.parts.db.query(`select 1 from handover.mails where sent_at is null`);
    return open.length === 0 ? true : null;
  });
  return id;
}

function run(t: TestContext, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
}

function nestedIn(spans: SentSpan[], span: SentSpan, ancestor: string): boolean {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  if (!parent) return false;
  return parent.spanId === ancestor || nestedIn(spans, parent, ancestor);
}
