import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { HandoverError } from '../../src/errors.ts';
import { findEvents } from '../../src/lifecycle/export-events-table.ts';
import { findLatestMail } from '../../src/lifecycle/mails-table.ts';
import { cancelExport } from '../../src/steps/cancel-export.ts';
import { confirmExport, peekConfirmation } from '../../src/steps/confirm-export.ts';
import { deleteArchive } from '../../src/steps/delete-archive.ts';
import { createDownloadLink, openDownload } from '../../src/steps/download-export.ts';
import { resendConfirmation } from '../../src/steps/resend-confirmation.ts';
import { retryExport } from '../../src/steps/retry-export.ts';
import { sweep } from '../../src/steps/sweep.ts';
import { requestAllowance, viewExport, workersSeen } from '../../src/steps/view-export.ts';
import { type Installation, startInstallation, waitFor } from '../support/installation.ts';

const subject = { kind: 'account', subjectId: 'acme' };
const ended = (code: string) => (error: unknown) => (error as HandoverError).code === code;

for (const state of ['pglite', 'postgres'] as const) {
  describe(`the life of an export, state in ${state}`, () => {
    const start = (t: TestContext, options = {}) => startInstallation(t, { state, ...options });
    // What rests on rules in SQL alone is the same SQL on both; a PGlite takes seconds to make.
    const itOnce = state === 'postgres' ? it : () => {};

    it('goes from request over the mailed link to a file of one document, and says so at each step', async (t) => {
      const { parts, request, until, mail } = await start(t);
      const requested = await request();
      assert.equal(requested.status, 'pending');
      assert.equal(requested.confirmBy?.toISOString(), '2026-03-02T10:00:00.000Z');

      await confirmExport(parts, (await mail('confirm')).token);
      const completed = await until(requested.id, 'completed');
      assert.equal(completed.expiresAt?.toISOString(), '2026-03-02T10:00:00.000Z');
      assert.deepEqual(
        completed.categories.map(({ name, rows }) => [name, rows]),
        [
          ['account', 1],
          ['notes', 200],
        ],
      );

      const { token } = await mail('download');
      const text = await read(parts, { token });
      const { accountId, exportVersion, data } = JSON.parse(text);
      assert.deepEqual([exportVersion, accountId], ['1.0', 'acme']);
      assert.deepEqual(data.account, [{ id: 'acme', name: 'Acme' }]);
      assert.equal(data.notes.length, 200);
      assert.deepEqual(data.notes[0], {
        id: 1,
        accountId: 'acme',
        body: 'note 1 "quoted"\n🎉',
        settings: { colour: 'red' },
      });
      assert.equal(text.includes('CANARY'), false);
      assert.equal(Buffer.byteLength(text), completed.bytes);

      const events = await findEvents(parts.db, requested.id);
      assert.deepEqual(
        events.map(({ event, actor }) => [event, actor]),
        [
          ['requested', 'user:u_1'],
          ['confirmed', 'link'],
          ['started', 'system'],
          ['completed', 'system'],
        ],
      );
    });

    itOnce('a second request while one is pending, processing or ready is refused', async (t) => {
      const installation = await start(t);
      const { id } = await installation.request();
      await assert.rejects(installation.request(), ended('export_active'));
      await complete(installation, id);
      await assert.rejects(installation.request(), ended('export_active'));
    });

    it('of many requests at once one gets in', async (t) => {
      const { request } = await start(t, { roles: { http: false, worker: false } });
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => request()));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(outcomes.length - refused.length, 1);
      for (const { reason } of refused) assert.equal(reason.code, 'export_active');
    });

    itOnce('another account is not held back', async (t) => {
      const { request } = await start(t, { roles: { http: false, worker: false } });
      await request('acme');
      assert.equal((await request('other')).status, 'pending');
    });

    itOnce(
      'after a completed export the next one waits for the cooldown, and is told until when',
      async (t) => {
        const installation = await start(t, { policy: { downloadWindow: '1h' } });
        const { parts, clock, request } = installation;
        const { id } = await request();
        await complete(installation, id);
        clock.advance({ hours: 2 });
        await assert.rejects(request(), (error: HandoverError) => {
          assert.equal(error.code, 'export_cooldown');
          assert.equal(error.details.availableAt, '2026-03-02T10:00:00.000Z');
          return true;
        });
        assert.equal((await requestAllowance(parts, subject)).code, 'export_cooldown');
        clock.advance({ hours: 22 });
        assert.equal((await request()).status, 'pending');
      },
    );

    itOnce(
      'an unconfirmed request expires after 24 hours, its links with it, and the next may follow at once',
      async (t) => {
        const { parts, clock, request, mail } = await start(t);
        const { id } = await request();
        const { token } = await mail('confirm');
        clock.advance({ hours: 24 });
        assert.equal((await viewExport(parts, id))?.status, 'expired');
        await assert.rejects(confirmExport(parts, token), ended('confirmation_invalid'));
        assert.equal((await request()).status, 'pending');
        assert.equal((await viewExport(parts, id))?.status, 'expired');
      },
    );

    it('any unexpired confirmation link confirms, looking changes nothing, and twice is harmless', async (t) => {
      const { parts, clock, request, mail, until } = await start(t);
      const { id } = await request();
      const first = (await mail('confirm')).token;
      await assert.rejects(resendConfirmation(parts, id, 'user:u_1'), ended('resend_too_soon'));
      clock.advance({ minutes: 2 });
      await resendConfirmation(parts, id, 'user:u_1');
      await waitFor('a second mail', async () => ((await parts.mailbox?.list())?.length === 2 ? true : null));
      assert.equal((await peekConfirmation(parts, first)).status, 'pending');
      assert.equal((await viewExport(parts, id))?.status, 'pending');
      await confirmExport(parts, first);
      await until(id, 'completed');
      assert.equal((await confirmExport(parts, first)).id, id);
      assert.equal((await findEvents(parts.db, id)).filter(({ event }) => event === 'confirmed').length, 1);
      await assert.rejects(confirmExport(parts, 'A'.repeat(43)), ended('confirmation_invalid'));
    });

    itOnce('a pending export can be cancelled, and its link is dead', async (t) => {
      const { parts, request, mail } = await start(t);
      const { id } = await request();
      const { token } = await mail('confirm');
      assert.equal((await cancelExport(parts, id, 'user:u_1')).status, 'cancelled');
      await assert.rejects(confirmExport(parts, token), ended('confirmation_invalid'));
      await assert.rejects(cancelExport(parts, id, 'user:u_1'), ended('export_not_cancellable'));
      assert.equal((await request()).status, 'pending');
    });

    it('when the window is over the file is gone for good: link, key and bytes', async (t) => {
      const installation = await start(t);
      const { parts, clock, request, mail, dataDir } = installation;
      const { id } = await request();
      await complete(installation, id);
      const { token } = await mail('download');
      assert.notDeepEqual(await storedFiles(dataDir), []);

      clock.advance({ hours: 24 });
      await assert.rejects(openDownload(parts, { token }), ended('download_invalid'));
      await assert.rejects(openDownload(parts, { id }), ended('export_not_ready'));
      assert.equal((await viewExport(parts, id))?.file, null);

      await sweep(parts);
      await waitFor('the bytes to go', async () => ((await storedFiles(dataDir)).length === 0 ? true : null));
      const [row] = await parts.db.query<{ key: unknown; status: string }>(
        'select sealed_key as key, status from handover.data_exports where id = $1',
        [id],
      );
      assert.deepEqual(row, { key: null, status: 'expired' });
    });

    itOnce('delete now ends the window at once; the cooldown stays', async (t) => {
      const installation = await start(t);
      const { parts, request, dataDir, mail, clock } = installation;
      const { id } = await request();
      await complete(installation, id);
      const { token } = await mail('download');
      const { url } = await createDownloadLink(parts, id, 'user:u_1');
      clock.advance({ hours: 2 });
      const deleted = await deleteArchive(parts, id, 'user:u_1');
      assert.equal(deleted.status, 'expired');
      // By the two instants, the page tells it from a file that was there for its whole time.
      assert.equal(deleted.endedAt?.toISOString(), '2026-03-01T12:00:00.000Z');
      assert.equal(deleted.expiresAt?.toISOString(), '2026-03-02T10:00:00.000Z');
      for (const dead of [token, url.split('/').at(-1) ?? '']) {
        await assert.rejects(openDownload(parts, { token: dead }), ended('download_invalid'));
      }
      await waitFor('the bytes to go', async () => ((await storedFiles(dataDir)).length === 0 ? true : null));
      await assert.rejects(request(), ended('export_cooldown'));
    });

    itOnce(
      'a subject that the source does not know fails, in words a person understands, and costs no cooldown',
      async (t) => {
        const { parts, request, until } = await start(t, { policy: { confirmByEmail: false } });
        const { id } = await request('nobody');
        const failed = await until(id, 'failed');
        assert.equal(failed.failure?.code, 'subject_unknown');
        assert.match(failed.failure?.message ?? '', /\w+ \w+/);
        await waitFor('the failed mail', async () => {
          const mail = await findLatestMail(parts.db, id);
          return mail?.letter === 'failed' && mail.sentAt ? true : null;
        });
        assert.equal((await requestAllowance(parts, { ...subject, subjectId: 'nobody' })).allowed, true);
      },
    );

    it('a failed export is retried by the operator without a new confirmation', async (t) => {
      const { parts, product, request, until, mail } = await start(t);
      await product.query('alter table notes rename to notes_away');
      const { id } = await request();
      await confirmExport(parts, (await mail('confirm')).token);
      assert.equal((await until(id, 'failed')).failure?.code, 'source_refused');
      await product.query('alter table notes_away rename to notes');
      assert.equal((await retryExport(parts, id, 'operator')).status, 'confirmed');
      assert.equal((await until(id, 'completed')).rowsDone, 201);
      await assert.rejects(retryExport(parts, id, 'operator'), ended('export_not_failed'));
    });

    itOnce('without a worker the export waits, and that is seen', async (t) => {
      const { parts, request } = await start(t, {
        policy: { confirmByEmail: false },
        roles: { http: false, worker: false },
      });
      const { id } = await request();
      assert.equal((await viewExport(parts, id))?.status, 'confirmed');
      assert.deepEqual(await workersSeen(parts), { alive: 0, lastSeenAt: null });
    });

    itOnce('an account without rows gets a whole document with empty lists', async (t) => {
      const { parts, request, until } = await start(t, { policy: { confirmByEmail: false } });
      const { id } = await request('empty');
      await until(id, 'completed');
      const { data } = JSON.parse(await read(parts, { id }));
      assert.deepEqual(data, { account: [{ id: 'empty', name: 'Empty' }], notes: [] });
    });

    it('the records of its parts are read once, and whether it may be handed out each time', async (t) => {
      const installation = await start(t);
      const { parts, clock, request, mail } = installation;
      const { id } = await request();
      await complete(installation, id);
      const { token } = await mail('download');
      const first = await read(parts, { token });
      // What nobody does: only so can be seen that they are not read again.
      await parts.db.query('delete from handover.export_parts where export_id = $1', [id]);
      assert.equal(await read(parts, { token }), first);
      assert.equal(await read(parts, { id }), first);
      await assert.rejects(openDownload(parts, { token: `${token.slice(1)}A` }), ended('download_invalid'));

      clock.advance({ hours: 24 });
      await assert.rejects(openDownload(parts, { token }), ended('download_invalid'));
      await assert.rejects(openDownload(parts, { id }), ended('export_not_ready'));
    });

    it('a large category is built in several parts that join into one document', async (t) => {
      const { parts, request, until } = await start(t, {
        policy: { confirmByEmail: false, rowsPerPart: 40 },
      });
      const { id } = await request();
      await until(id, 'completed');
      const [{ count }] = (await parts.db.query<{ count: number }>(
        'select count(*) from handover.export_parts where export_id = $1',
        [id],
      )) as [{ count: number }];
      assert.ok(count > 3, `${count} parts`);
      const { data } = JSON.parse(await read(parts, { id }));
      const ids = data.notes.map((note: { id: number }) => note.id);
      assert.deepEqual(
        ids,
        Array.from({ length: 300 }, (_, n) => n + 1).filter((n) => n % 3 !== 0),
      );
    });
  });
}

async function complete({ parts, mail, until }: Installation, id: string): Promise<void> {
  await confirmExport(parts, (await mail('confirm')).token);
  await until(id, 'completed');
  await mail('download');
}

async function read(parts: Installation['parts'], by: { token: string } | { id: string }): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await openDownload(parts, by)).read()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

async function storedFiles(dataDir: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'store'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
