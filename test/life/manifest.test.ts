import assert from 'node:assert/strict';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Manifest } from '../../src/archive/manifest.ts';
import { verifyArchive } from '../../src/archive/verify-archive.ts';
import type { DataExport } from '../../src/lifecycle/data-export.ts';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { findEvents } from '../../src/lifecycle/export-events-table.ts';
import { deleteArchive } from '../../src/steps/delete-archive.ts';
import { openDownload } from '../../src/steps/download-export.ts';
import { proveArchive } from '../../src/steps/prove-archive.ts';
import { readManifest } from '../../src/steps/read-manifest.ts';
import { sweep } from '../../src/steps/sweep.ts';
import { assertManifest } from '../archive/manifest-schema.ts';
import {
  type Installation,
  type InstallationOptions,
  startInstallation,
  waitFor,
} from '../support/installation.ts';

const noMail = { confirmByEmail: false };
const inParts = { ...noMail, rowsPerPart: 60 };

/** An export that is completed and has its manifest. */
async function complete(t: TestContext, options: InstallationOptions) {
  const installation = await startInstallation(t, { state: 'postgres', ...options });
  const { request, until } = installation;
  const { id } = await request();
  await until(id, 'completed');
  return { ...installation, id, data: await untilManifest(installation, id, 'ready') };
}

async function untilManifest({ parts }: Installation, id: string, state: DataExport['manifest']) {
  return waitFor(`the manifest of ${id} to be ${state}`, async () => {
    const data = await findExport(parts.db, id);
    return data?.manifest === state ? data : null;
  });
}

/** The manifest, after the file that is downloaded was proved by it. */
async function proved({ parts }: Installation, data: DataExport): Promise<Manifest> {
  const text = await readManifest(parts, data);
  const { read } = await openDownload(parts, { id: data.id });
  const { finding, signature, manifest } = await verifyArchive(text, read(), [parts.vault.signer.publicKey]);
  assert.deepEqual([finding, signature], [null, 'trusted']);
  assertManifest(JSON.parse(text));
  return manifest;
}

const countsOf = ({ categories }: Manifest) =>
  categories.map(({ name, rows, rowsInScope, rowsLeftOut, rowsFailed }) => [
    name,
    rowsInScope,
    rowsLeftOut,
    rows,
    rowsFailed,
  ]);

describe('the manifest of an export', () => {
  it('of one part is there as soon as it is completed, proves the file, and stays when that is gone', async (t) => {
    const installation = await complete(t, { policy: noMail });
    const { parts, id, data } = installation;
    const manifest = await proved(installation, data);
    assert.deepEqual(countsOf(manifest), [
      ['account', 1, 0, 1, 0],
      ['notes', 200, 0, 200, 0],
    ]);
    assert.deepEqual(
      [manifest.complete, manifest.export.subject, manifest.export.id, manifest.snapshotAt],
      [true, 'acme', id, data.snapshotAt],
    );
    assert.equal(manifest.config.hash, parts.config.hash);
    const [account, notes] = manifest.categories;
    assert.deepEqual(account?.fields, [
      { key: 'id', column: 'id', class: 'provided' },
      { key: 'name', column: 'name', class: 'provided' },
    ]);
    assert.deepEqual(
      notes?.excluded.map(({ what, reason }) => [what, reason]),
      [
        ['secret', 'secret'],
        ['settings.token', 'secret'],
      ],
    );
    assert.equal(JSON.stringify(manifest).includes('CANARY'), false);

    const before = await readManifest(parts, data);
    const ended = await deleteArchive(parts, id, 'operator');
    assert.equal(ended.status, 'expired');
    assert.equal(await readManifest(parts, ended), before);
  });

  it('of several parts is made when the file was read back, by the sweep where the job was lost, and refused to a damaged one', async (t) => {
    const installation = await complete(t, { policy: inParts });
    const { parts, id, data, dataDir } = installation;
    const files = await readdir(join(dataDir, 'store'), { recursive: true });
    assert.ok(files.filter((name) => name.endsWith('.age')).length > 2);
    const manifest = await proved(installation, data);
    assert.deepEqual(countsOf(manifest)[1], ['notes', 200, 0, 200, 0]);
    const before = await readManifest(parts, data);

    const forget = () =>
      parts.db.query('update handover.data_exports set manifest = null where id = $1', [id]);
    await forget();
    await assert.rejects(readManifest(parts, { ...data, manifest: 'pending' }), {
      code: 'manifest_not_ready',
    });
    await sweep(parts);
    assert.equal(await readManifest(parts, await untilManifest(installation, id, 'ready')), before);

    await forget();
    await damage(join(dataDir, 'store'));
    await sweep(parts);
    const damaged = await untilManifest(installation, id, 'damaged');
    assert.equal(damaged.status, 'completed');
    await assert.rejects(readManifest(parts, damaged), { code: 'manifest_not_found' });
    assert.equal((await findEvents(parts.db, id)).at(-1)?.event, 'found damaged');
    assert.match(installation.logged(), /the stored archive is damaged/);
  });

  it('waits for a store that is not there, and calls the archive damaged when it stays away', async (t) => {
    const installation = await complete(t, { policy: inParts });
    const { parts, id, dataDir } = installation;
    const prove = (earlierRuns: number) =>
      proveArchive(parts, id, { signal: new AbortController().signal, earlierRuns });
    await parts.db.query('update handover.data_exports set manifest = null where id = $1', [id]);
    await rename(join(dataDir, 'store'), join(dataDir, 'unmounted'));
    await assert.rejects(prove(0), { code: 'archive_damaged' });
    assert.equal((await findExport(parts.db, id))?.manifest, 'pending');
    await prove(8);
    assert.equal((await findExport(parts.db, id))?.manifest, 'damaged');
  });

  it('balances where a rule leaves rows out, also those for which it is null', async (t) => {
    const notesWhere = 'case t.id % 4 when 0 then null when 1 then false else true end -- a comment';
    const installation = await complete(t, { policy: noMail, notesWhere });
    const manifest = await proved(installation, installation.data);
    assert.deepEqual(countsOf(manifest)[1], ['notes', 200, 100, 100, 0]);
    assert.deepEqual(manifest.categories[1]?.rule, {
      name: 'exports.account.categories.notes.where',
      words: 'Drafts stay.',
    });
    assert.deepEqual([manifest.complete, installation.data.gaps], [true, []]);
  });
});

describe('an export whose counts do not balance', () => {
  it('is completed with gaps: on the export, in the trail, the log, the mail and the manifest', async (t) => {
    const installation = await startInstallation(t, {
      state: 'postgres',
      notes: 'uneven_notes',
      policy: noMail,
    });
    const { product, parts, request, until, mail } = installation;
    // Counted there are all of them; COPY sees those with an even id.
    await product.query(
      `create view uneven_notes as select * from notes where current_query() !~* '^copy' or id % 2 = 0`,
    );
    const { id } = await request();
    const completed = await until(id, 'completed');
    const gap = { category: 'notes', rowsInScope: 200, rowsLeftOut: 0, rowsExported: 100, rowsFailed: 100 };
    assert.deepEqual(completed.gaps, [gap]);
    const events = await findEvents(parts.db, id);
    const event = events.find(({ event }) => event.startsWith('completed'));
    assert.deepEqual([event?.event, event?.details.gaps], ['completed with gaps', [gap]]);
    assert.match(installation.logged(), /"msg":"export completed with gaps"/);
    const { subject, text } = await mail('download');
    assert.equal(subject, 'Your data export from Testware is ready, with gaps');
    assert.match(text.replaceAll('\n', ' '), /as many as were counted: Notes lacks 100\./);
    assert.doesNotMatch(text, /complete copy/);
    const manifest = await proved(installation, completed);
    assert.deepEqual([manifest.complete, manifest.gaps], [false, [gap]]);
  });
});

/** Flips a bit in the middle of the largest part. */
async function damage(store: string): Promise<void> {
  const names = (await readdir(store, { recursive: true })).filter((name) => name.endsWith('.age'));
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(store, name)) })),
  );
  const largest = files.sort((a, b) => b.bytes.length - a.bytes.length)[0];
  if (!largest) throw new Error('There is no part.');
  const middle = Math.floor(largest.bytes.length / 2);
  largest.bytes[middle] = (largest.bytes[middle] ?? 0) ^ 1;
  await writeFile(join(store, largest.name), largest.bytes);
}
