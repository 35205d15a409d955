import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type pg from 'pg';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { tabTo } from '../page/open-page.ts';
import { openBrowser } from '../support/browser.ts';
import { type Hallomoor, startHallomoor } from './hallomoor.ts';
import { checkDownload, lookAt, openMailbox, openPortal } from './portal.ts';

let browser: Browser;
let hallomoor: Hallomoor;

before(async () => {
  [browser, hallomoor] = await Promise.all([openBrowser(), startHallomoor({ prepare: buildGate })]);
});
afterEach(() => hallomoor.product.query('select pg_advisory_unlock_all()'));
after(async () => {
  await browser?.close();
  await hallomoor?.remove();
});

test('a person walks from the product to the file and back, and the page follows by itself', async () => {
  const [account] = hallomoor.accounts;
  const portal = await openPortal(browser, hallomoor, account);
  const { page, complaints } = portal;
  await page.getByRole('heading', { name: 'Take a copy of your data with you.' }).waitFor();
  await lookAt(page, '1-idle');
  await page.evaluate('window.isTheSamePage = true');
  const letListsThrough = await holdLists(page);

  await closeGate();
  await page.getByRole('button', { name: 'Request export' }).click();
  await page.getByRole('heading', { name: 'Check your email and confirm.' }).waitFor();
  await lookAt(page, '2-pending');

  const { mailbox, mail } = await openMailbox(
    portal,
    hallomoor,
    'Please confirm your data export from Hallomoor',
  );
  await lookAt(mailbox, '3-mailbox');
  await mail.getByRole('link', { name: 'Review and start the export' }).click();
  await mailbox.getByRole('heading', { name: 'Start your data export?' }).waitFor();
  await lookAt(mailbox, '4-confirm');
  await mailbox.getByRole('button', { name: 'Start the export' }).click();
  await mailbox.getByRole('heading', { name: 'Your export has started' }).waitFor();
  await lookAt(mailbox, '5-confirmed');
  await mailbox.close();

  await page.getByRole('heading', { name: 'Your data is being collected.' }).waitFor();
  await page.getByText(/^[1-9][\d,]+ of about [\d,]+ records$/).waitFor();
  assert.match(await page.title(), /^[1-9]\d?% · Data export · Hallomoor$/);
  await lookAt(page, '6-processing');
  await openGate();
  await page.getByRole('heading', { name: 'Your export is ready.' }).waitFor();
  assert.equal(await page.evaluate('window.isTheSamePage'), true);
  await letListsThrough();
  await lookAt(page, '7-ready');

  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download \(/ }).click();
  assert.equal(await checkDownload(hallomoor, account, await started), 26_291 - 488);
  await page.getByText('The download has started.').waitFor();
  await lookAt(page, '8-downloaded');

  await page.getByRole('button', { name: 'Delete now' }).click();
  await page.getByRole('group', { name: 'Delete the file now?' }).waitFor();
  await lookAt(page, '9-delete');
  await page.getByRole('button', { name: 'Yes, delete it' }).click();
  await page.getByRole('heading', { name: 'The file has been deleted.' }).waitFor();
  await page.getByText(/^One export every 24 hours\. The next one is possible/).waitFor();
  await lookAt(page, '10-deleted');
  assert.deepEqual(complaints, []);
  await portal.context.close();
});

test('a day later the next export can be requested, and the history tells of the first', async () => {
  const [account] = hallomoor.accounts;
  hallomoor.advance({ hours: 25 });
  const portal = await openPortal(browser, hallomoor, account);
  const { page, complaints } = portal;
  await page.getByRole('button', { name: 'Request a new export' }).click();
  await page.getByRole('heading', { name: 'Check your email and confirm.' }).waitFor();
  const history = page.getByRole('region', { name: 'Earlier exports' });
  await history.getByText(/Deleted before its time, downloaded [12] times?/).waitFor();
  await history.getByText(`Requested by ${account.owner.name}`).waitFor();
  await lookAt(page, '11-history');
  assert.deepEqual(complaints, []);
  await portal.context.close();
});

test('the same way is walked with the keyboard alone', async () => {
  const [, account] = hallomoor.accounts;
  const portal = await openPortal(browser, hallomoor, account, { width: 320, colorScheme: 'dark' });
  const { page, complaints } = portal;
  await closeGate();
  await tabTo(page, 'Request export');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Check your email and confirm.' }).waitFor();

  const { mailbox, mail } = await openMailbox(
    portal,
    hallomoor,
    'Please confirm your data export from Hallomoor',
  );
  await tabInto(mailbox, mail, 'Review and start the export');
  await mailbox.keyboard.press('Enter');
  await mailbox.getByRole('heading', { name: 'Start your data export?' }).waitFor();
  await lookAt(mailbox, 'keyboard-1-confirm');
  await tabTo(mailbox, 'Start the export');
  await mailbox.keyboard.press('Enter');
  await mailbox.getByRole('heading', { name: 'Your export has started' }).waitFor();
  // The link leads back to the page, in this tab.
  await tabTo(mailbox, 'Open the Data Export page');
  await mailbox.keyboard.press('Enter');
  await mailbox.getByText(/^[1-9][\d,]+ of about [\d,]+ records$/).waitFor();
  await mailbox.close();

  await page.getByText(/^[1-9][\d,]+ of about [\d,]+ records$/).waitFor();
  await openGate();
  await page.getByRole('heading', { name: 'Your export is ready.' }).waitFor();
  await page.locator('[aria-live="polite"]').getByText('Your export is ready.').waitFor();
  await lookAt(page, 'keyboard-2-ready');
  const started = page.waitForEvent('download');
  await tabTo(page, /^Download \(/);
  await page.keyboard.press('Enter');
  assert.ok((await checkDownload(hallomoor, account, await started)) > 20_000);

  await tabTo(page, 'Delete now');
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Delete the file now?' }).waitFor();
  await page.keyboard.press('Shift+Tab');
  assert.equal(await page.locator(':focus').innerText(), 'Yes, delete it');
  await page.keyboard.press('Space');
  await page.getByRole('heading', { name: 'The file has been deleted.' }).waitFor();
  await page.locator('h1:focus').waitFor();
  await lookAt(page, 'keyboard-3-deleted');
  assert.deepEqual(complaints, []);
  await portal.context.close();
});

test('the same way is walked in German, from the mail to the file', async () => {
  const [, , account] = hallomoor.accounts;
  const portal = await openPortal(browser, hallomoor, account, { language: 'de', colorScheme: 'dark' });
  const { page, complaints } = portal;
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  await page.getByText('Jeder Anruf mit Rufnummern, Zeiten, Ergebnis und Preis.').waitFor();
  await lookAt(page, 'de-1-idle');
  await closeGate();
  await page.getByRole('button', { name: 'Export anfordern' }).click();
  await page.getByRole('heading', { name: /^Bitte bestätigen Sie per/ }).waitFor();
  await lookAt(page, 'de-2-pending');

  const confirmation = 'Bitte bestätigen: Ihr Datenexport von Hallomoor';
  const { mailbox, mail } = await openMailbox(portal, hallomoor, confirmation);
  await lookAt(mailbox, 'de-3-mailbox');
  await mail.getByRole('link', { name: 'Ansehen und Export starten' }).click();
  await mailbox.getByRole('heading', { name: 'Datenexport starten?' }).waitFor();
  await lookAt(mailbox, 'de-4-confirm');
  await mailbox.getByRole('button', { name: 'Export starten' }).click();
  await mailbox.getByRole('heading', { name: 'Ihr Export läuft' }).waitFor();
  await lookAt(mailbox, 'de-5-confirmed');
  await mailbox.close();

  await page.getByRole('heading', { name: 'Ihre Daten werden gesammelt.' }).waitFor();
  await page.getByText(/^[1-9][\d.]+ von etwa [\d.]+ Datensätzen$/).waitFor();
  await lookAt(page, 'de-6-processing');
  await openGate();
  await page.getByRole('heading', { name: 'Ihr Export ist fertig.' }).waitFor();
  await lookAt(page, 'de-7-ready');

  const ready = await openMailbox(portal, hallomoor, 'Ihr Datenexport von Hallomoor ist fertig');
  await lookAt(ready.mailbox, 'de-8-mailbox');
  const started = ready.mailbox.waitForEvent('download');
  await ready.mail.getByRole('link', { name: 'Datei herunterladen' }).click();
  assert.ok((await checkDownload(hallomoor, account, await started)) > 10_000);

  await page.getByRole('button', { name: 'Jetzt löschen' }).click();
  await page.getByRole('button', { name: 'Ja, löschen' }).click();
  await page.getByRole('heading', { name: 'Die Datei wurde gelöscht.' }).waitFor();
  await lookAt(page, 'de-9-deleted');
  assert.deepEqual(complaints, []);
  await portal.context.close();
});

/**
 * A gate before the last category: as long as somebody holds the lock, the export stands still there, so that the
 * test sees progress at its own pace. Stable, so that counting the rows does not call it.
 */
async function buildGate(product: pg.Client): Promise<void> {
  await product.query(`
    alter table notifications rename to gated_notifications;
    create function through_gate(text) returns text stable language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(1);
        return $1;
      end $$;
    create view notifications as
      select id, account_id, user_id, type, title, through_gate(body) as body, read_at, created_at
      from gated_notifications`);
}

async function closeGate(): Promise<void> {
  await hallomoor.product.query('select pg_advisory_lock(1)');
}

async function openGate(): Promise<void> {
  await hallomoor.product.query('select pg_advisory_unlock(1)');
}

/** Leaves the page's own questions without an answer, so that only events can tell it anything. */
async function holdLists(page: Page): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route('**/v1/exports', async (route) => {
    if (route.request().method() === 'GET') await promise;
    await route.continue();
  });
  return async () => {
    resolve();
    await page.unrouteAll({ behavior: 'wait' });
  };
}

/** Presses Tab until a link inside the frame of a mail has the focus. */
async function tabInto(page: Page, mail: FrameLocator, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const focused = mail.locator(':focus');
    if ((await focused.count()) > 0 && (await focused.innerText()).trim() === name) return;
  }
  throw new Error(`${name} cannot be reached with the Tab key`);
}
