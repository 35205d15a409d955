import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { type Database, openPglite, openPostgres } from '../../src/database.ts';
import { createMailbox, type Mailbox } from '../../src/mail/mailbox.ts';
import { migrate } from '../../src/migrate.ts';
import { openFileStore } from '../../src/vault/file-store.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { confirmUrl, mailTo } from './samples.ts';

const openers = {
  PGlite: () => openPglite(null),
  Postgres: async () =>
    openPostgres({ url: await (await sharedPostgres()).createDatabase(), maxConnections: 2 }),
};

for (const [name, open] of Object.entries(openers)) {
  describe(`the local mailbox on ${name}`, () => {
    let db: Database;
    let mailbox: Mailbox;
    let clock = new Date('2026-02-28T12:00:00Z');
    const now = () => clock;

    before(async () => {
      db = await open();
      await migrate(db);
      mailbox = createMailbox({ db, vault: vaultWithKey(randomBytes(32)), now });
    });
    after(() => db.close());

    test('shows mails as they were sent, newest first', async () => {
      await mailbox.send(mailTo('first@example.com', { id: 'first' }));
      clock = new Date('2026-02-28T12:05:00Z');
      const mail = mailTo('second@example.com', { id: 'second', subject: 'Zwölf Boxkämpfer 👩‍💻' });
      await mailbox.send(mail);
      const [newest, older, ...rest] = await mailbox.list();
      assert.deepEqual(newest, {
        id: 'second',
        to: 'second@example.com',
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        receivedAt: clock,
      });
      assert.equal(older?.to, 'first@example.com');
      assert.equal(rest.length, 0);
    });

    test('a mail that is sent again appears once', async () => {
      const { length } = await mailbox.list();
      clock = new Date('2026-02-28T12:06:00Z');
      await mailbox.send(mailTo('first@example.com', { id: 'first', subject: 'Once more' }));
      const mails = await mailbox.list();
      assert.equal(mails.length, length);
      assert.ok(mails.every(({ subject }) => subject !== 'Once more'));
    });

    test('no link and no address lies in the database in the clear', async () => {
      const rows = await db.query<{ row: string; sealed: Uint8Array }>(
        `select m::text as row, sealed from handover.mailbox_mails m`,
      );
      assert.ok(rows.length > 0);
      for (const { row, sealed } of rows) {
        const stored = row + Buffer.from(sealed).toString('latin1');
        for (const secret of [confirmUrl, 'confirm/', 'example.com', 'export']) {
          assert.ok(!stored.includes(secret), secret);
          assert.ok(!stored.includes(Buffer.from(secret).toString('hex')), `${secret} in hex`);
        }
      }
    });

    test('another key cannot open it, nor can a mail be passed off as another', async () => {
      const stranger = createMailbox({ db, vault: vaultWithKey(randomBytes(32)), now });
      await assert.rejects(stranger.list(), { code: 'key_unusable' });

      await db.query(`update handover.mailbox_mails set id = 'swapped' where id = 'first'`);
      await assert.rejects(mailbox.list(), { code: 'key_unusable' });
      await db.query(`update handover.mailbox_mails set id = 'first' where id = 'swapped'`);
    });

    test('the newest 200 are kept', async () => {
      for (let number = 0; number < 205; number++) {
        clock = new Date(Date.parse('2026-03-01T00:00:00Z') + number * 1000);
        await mailbox.send(mailTo('many@example.com', { id: `many-${number}` }));
      }
      const mails = await mailbox.list();
      assert.equal(mails.length, 200);
      assert.equal(mails[0]?.id, 'many-204');
      assert.equal(mails.at(-1)?.id, 'many-5');
    });
  });
}

function vaultWithKey(key: Uint8Array) {
  return openVault({ key, store: openFileStore({ folder: tmpdir() }) });
}
