import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import pg from 'pg';
import { type Builder, type HeldSnapshot, openBuilder } from '../../src/builder/builder.ts';
import { defineConfig } from '../../src/config/define.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { ResolvedConfig } from '../../src/config/resolved.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { hasCode } from '../vault/store-contract.ts';

let folder: string;
let config: ResolvedConfig;
let productUrl: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handover-builder-'));
  productUrl = await (await sharedPostgres()).createDatabase();
  await change(`
    create table accounts (id text primary key);
    create table notes (id int primary key, account_id text);
    insert into accounts values ('large'), ('small');
    insert into notes select n, case when n > 5 then 'large' else 'small' end from generate_series(1, 25) n`);
  const written = defineConfig({
    product: { name: 'Testware' },
    sources: { main: { type: 'postgres', url: productUrl } },
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

it('a part whose builder was killed has the same bytes when another builds it, though the source has moved on', async (t) => {
  const holder = open(t);
  const snapshot = await holder.builder.openSnapshot(of('large'));
  const { parts } = await snapshot.plan(1);
  const recipient = await identityToRecipient(await generateX25519Identity());
  const watch = { signal: new AbortController().signal, onProgress() {} };
  const order = (objectName: string) => ({ ...of('large'), slices: parts[0] ?? [], objectName, recipient });

  const undisturbed = await snapshot.buildPart(order('1.age'), watch);
  await change(`update notes set id = id + 1000; delete from notes where id % 2 = 0`);
  const { builder, threads } = open(t);
  const killed = builder.buildPart(order('2.age'), snapshot.id, watch);
  await Promise.all([assert.rejects(killed), threads.at(-1)?.terminate()]);
  const again = await builder.buildPart(order('2.age'), snapshot.id, watch);
  await snapshot.close();

  assert.deepEqual([again.sha256, again.sections], [undisturbed.sha256, undisturbed.sections]);
  assert.equal(again.sections[0]?.rows, 20);
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

async function change(sql: string): Promise<void> {
  const product = new pg.Client(productUrl);
  await product.connect();
  await product.query(sql);
  await product.end();
}

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
