import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../support/free-port.ts';
import { linkToken, waitFor } from '../support/installation.ts';
import { copyNewState } from '../support/pglite.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startSmtp, type TestSmtp } from '../support/smtp.ts';

const key = 'test-key';
const secret = 'a-secret-of-at-least-thirty-two-bytes';
const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;

interface ExportSeen {
  id: string;
  status: string;
}

// Each has databases, ports and processes of its own, and mostly waits.
describe('a process that is killed', { concurrency: 2 }, () => {
  for (const state of ['pglite', 'postgres'] as const) {
    for (const status of ['pending', 'confirmed', 'processing', 'completed'] as const) {
      it(`at ${status}, state in ${state}, goes on where it was: one file, one ready mail`, async (t) => {
        const service = await prepare(t, state);
        let process = await service.start(status === 'confirmed' ? ['--no-worker'] : []);
        const { id } = await service.call<ExportSeen>('POST', '/v1/exports', {
          user: { id: 'u', email: 'owner@acme.example' },
        });
        // Without a worker no mail leaves: the one that sends it is killed right after.
        if (status === 'confirmed') {
          await process.kill();
          process = await service.start([]);
        }
        const confirmation = await service.token('confirm');
        if (status !== 'pending') {
          if (status === 'confirmed') {
            await process.kill();
            process = await service.start(['--no-worker']);
          }
          await service.confirm(confirmation);
          await waitFor(`the export to be ${status}`, async () => {
            const seen = await service.find(id);
            return seen.status === status ? seen : null;
          });
          // Reading takes four seconds: this is in the middle of it.
          if (status === 'processing') await sleep(1_500);
        }

        await process.kill();
        await service.start([]);
        if (status === 'pending') await service.confirm(confirmation);

        await waitFor('the export to be completed', async () =>
          (await service.find(id)).status === 'completed' ? true : null,
        );
        const link = await service.token('download');
        const answer = await fetch(`${service.url}/download/${link}`);
        const { data } = (await answer.json()) as { data: { notes: { id: number }[] } };
        assert.deepEqual(
          data.notes.map((note) => note.id),
          Array.from({ length: 400 }, (_, n) => n + 1),
        );
        const ready = service.smtp.mails.filter((mail) => linkToken(mail.text ?? '', 'download'));
        assert.equal(ready.length, 1);
        const parts = await readdir(join(service.dataDir, 'store'), { recursive: true, withFileTypes: true });
        assert.equal(parts.filter((entry) => entry.isFile()).length, 1, 'no orphan part');
      });
    }
  }
});

async function prepare(t: TestContext, state: 'pglite' | 'postgres') {
  const folder = await mkdtemp(join(tmpdir(), 'handover-kill-'));
  const postgres = await sharedPostgres();
  const productUrl = await postgres.createDatabase();
  const product = new pg.Client(productUrl);
  await product.connect();
  // A second a hundred rows: time to be killed in the middle.
  await product.query(`
    create table accounts (id text primary key);
    insert into accounts values ('acme');
    create table notes (id int primary key, account_id text, body text);
    insert into notes select n, 'acme', repeat('note ' || n, 400) from generate_series(1, 400) n;
    create function slow(body text) returns text language plpgsql volatile as
      $$ begin perform pg_sleep(0.01); return body; end $$;
    create view slow_notes as select id, account_id, slow(body) as body from notes`);
  await product.end();
  const config = join(folder, 'handover.config.json');
  await writeFile(config, JSON.stringify(configOf(productUrl)));
  const smtp = await startSmtp();
  const port = await freePort();
  const running = new Set<ChildProcess>();
  t.after(async () => {
    for (const child of running) await end(child);
    await smtp.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const dataDir = join(folder, 'data');
  if (state === 'pglite') await copyNewState(join(dataDir, 'state'));
  const env = {
    ...process.env,
    PORT: String(port),
    HANDOVER_CONFIG: config,
    HANDOVER_DATA_DIR: dataDir,
    HANDOVER_API_KEY: key,
    HANDOVER_API_SECRET: secret,
    SMTP_URL: smtp.url,
    LOG_LEVEL: 'warn',
    DATABASE_URL: state === 'postgres' ? await postgres.createDatabase() : '',
  };
  const url = `http://127.0.0.1:${port}`;
  return {
    ...client(url, smtp),
    url,
    dataDir,
    smtp,
    start: (args: string[]) => start(args, env, url, running),
  };
}

async function start(args: string[], env: NodeJS.ProcessEnv, url: string, running: Set<ChildProcess>) {
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, 'serve', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  await waitFor('the service to be ready', async () => {
    if (child.exitCode !== null) throw new Error(`The service ended with ${child.exitCode}.`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    return answer?.ok ? true : null;
  });
  return { kill: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function client(url: string, smtp: TestSmtp) {
  const call = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${url}${path}?accountId=acme`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const json = await answer.json();
    assert.ok(answer.ok, JSON.stringify(json));
    return json as Answer;
  };
  return {
    call,
    find: (id: string) => call<ExportSeen>('GET', `/v1/exports/${id}`),
    token: (purpose: 'confirm' | 'download') =>
      waitFor(`the ${purpose} mail`, async () => {
        for (const mail of smtp.mails) {
          const token = linkToken(mail.text ?? '', purpose);
          if (token) return token;
        }
        return null;
      }),
    confirm: async (token: string) => {
      const answer = await fetch(`${url}/confirm/${token}`, { method: 'POST' });
      assert.equal(answer.status, 200);
    },
  };
}

function configOf(url: string) {
  return {
    product: { name: 'Testware', accentColor: '#0b7285' },
    sources: { main: { type: 'postgres', url } },
    exports: {
      account: {
        subject: { table: 'accounts', column: 'id' },
        categories: {
          notes: { from: 'slow_notes', belongsTo: 'account_id', include: ['id', 'account_id', 'body'] },
        },
      },
    },
  };
}
