import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import pg from 'pg';
import { type Builder, type HeldSnapshot, openBuilder } from '../../src/builder/builder.ts';
import { defineConfig } from '../../src/config/define.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { ResolvedConfig } from '../../src/config/resolved.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { hasCode } from '../vault/store-contract.ts';

let folder: string;
let config: ResolvedConfig;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handover-builder-'));
  const url = await (await sharedPostgres()).createDatabase();
  const product = new pg.Client(url);
  await product.connect();
  await product.query(`
    create table accounts (id text primary key);
    create table notes (id int primary key, account_id text);
    insert into accounts values ('large'), ('small');
    insert into notes select n, case when n > 5 then 'large' else 'small' end from generate_series(1, 25) n`);
  await product.end();
  const written = defineConfig({
    product: { name: 'Testware' },
    sources: { main: { type: 'postgres', url } },
    exports: {
      account: {
        subject: { table: 'accounts', column: 'id' },
        categories: { notes: { from: 'notes', belongsTo: 'account_id', include: ['id', 'account_id'] } },
      },
    },
  });
  config = await resolveConfig(written, join(folder, 'handover.config.ts'));
});
after(() => rm(folder, { recursive: true, force: true }));

const of = (subject: string) => ({ kind: 'account', subject, request: null });

describe('a builder whose thread died', () => {
  it('says that its snapshots are lost, and never answers from one that was taken later', async (t) => {
    const { builder, threads } = open(t);
    const lost = await builder.openSnapshot(of('large'));
    assert.equal((await lost.plan(1)).rowsEstimated, 20);
    await threads[0]?.terminate();
    await assert.rejects(lost.plan(1), hasCode('snapshot_lost'));

    const later = await builder.openSnapshot(of('small'));
    await assert.rejects(lost.plan(1), hasCode('snapshot_lost'));
    await lost.close();
    assert.equal((await later.plan(1)).rowsEstimated, 5);
    assert.equal(threads.length, 2);
    await later.close();
  });

  it('takes no call of the next one along when it ends late', async (t) => {
    const { builder, threads } = open(t);
    const first = await builder.openSnapshot(of('small'));
    const next = new Promise<HeldSnapshot>((resolve, reject) => {
      threads[0]?.once('error', () => builder.openSnapshot(of('small')).then(resolve, reject));
    });
    // Nothing that a thread is told: it throws, and its exit is heard after its error.
    threads[0]?.postMessage(null);
    const snapshot = await next;
    assert.equal(snapshot.hasSubject, true);
    await snapshot.close();
    await first.close();
  });

  it('fails the call that was under way, and answers the next', async (t) => {
    const { builder, threads } = open(t);
    const opening = builder.openSnapshot(of('large'));
    await Promise.all([assert.rejects(opening), threads[0]?.terminate()]);
    const snapshot = await builder.openSnapshot(of('small'));
    assert.equal(snapshot.hasSubject, true);
    await snapshot.close();
  });
});

it('a builder that was closed starts no thread, whatever is still asked of it', async (t) => {
  const { builder, threads } = open(t);
  const snapshot = await builder.openSnapshot(of('large'));
  await builder.close();
  await assert.rejects(builder.openSnapshot(of('large')), /closed/);
  await assert.rejects(snapshot.plan(1), /closed/);
  await snapshot.close();
  assert.equal(threads.length, 1);
});

/** With one thread at a time; `threads` are those it has started so far. */
function open(t: TestContext): { builder: Builder; threads: Worker[] } {
  const threads: Worker[] = [];
  const started = (message: unknown) => threads.push((message as { worker: Worker }).worker);
  subscribe('worker_threads', started);
  const builder = openBuilder(
    { config, store: { type: 'folder', folder: join(folder, 'store') }, tracing: null },
    1,
  );
  t.after(async () => {
    unsubscribe('worker_threads', started);
    await builder.close();
  });
  return { builder, threads };
}
