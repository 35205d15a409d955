import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { type FakeService, startFakeService } from './fake-service.ts';
import { openPage, tabTo } from './open-page.ts';
import { scenes } from './scenes.ts';

let browser: Browser;
let service: FakeService;
let all: ReturnType<typeof scenes>;

before(async () => {
  browser = await openBrowser();
  all = scenes();
  service = await startFakeService(all.idle);
});
beforeEach(() => {
  all = scenes();
  service.fail(null);
  service.onCall(() => all.idle);
  service.calls.length = 0;
});
after(async () => {
  await browser?.close();
  await service?.close();
});

test('an export is requested and cancelled with the keyboard alone, and the focus is never lost', async () => {
  service.show(all.idle);
  const { page, close } = await openPage(browser, service);

  service.onCall(() => all.pending);
  await tabTo(page, 'Request export');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Check your email and confirm.' }).waitFor();
  await page.locator('h1:focus').waitFor();
  await page
    .locator('[aria-live="polite"]')
    .getByText('Check your email and confirm. We sent a message to rosa')
    .waitFor();

  await tabTo(page, 'Cancel export');
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Cancel this export?' }).waitFor();
  assert.equal(await page.locator(':focus').innerText(), 'Keep it');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Cancel export' }).waitFor();
  assert.equal(await page.locator(':focus').innerText(), 'Cancel export');

  service.onCall(() => all.cancelled);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await page.locator(':focus').innerText(), 'Yes, cancel it');
  await page.keyboard.press('Space');
  await page.getByRole('heading', { name: 'The export was cancelled.' }).waitFor();
  await page.locator('h1:focus').waitFor();
  const id = all.pending.list.exports[0]?.id;
  assert.deepEqual(service.calls, ['POST v1/exports', `POST v1/exports/${id}/cancel`]);
  await close();
});

test('the file is downloaded by a link made for it, and the page stays', async () => {
  service.show(all.completed);
  service.onCall(() => all.completedDownloaded);
  const { page, complaints, close } = await openPage(browser, service);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download (13 MB)' }).click();
  assert.equal((await download).suggestedFilename(), 'voicebox-export.json');
  await page.getByText('The download has started.').waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test('the file is deleted after a question that says when the next export is possible', async () => {
  service.show(all.completed);
  const { page, close } = await openPage(browser, service);
  await page.getByRole('button', { name: 'Delete now' }).click();
  await page.getByText('A new export is possible in 23 hours').waitFor();
  assert.deepEqual(service.calls, []);
  service.onCall(() => all.deleted);
  await page.getByRole('button', { name: 'Yes, delete it' }).click();
  await page.getByRole('heading', { name: 'The file has been deleted.' }).waitFor();
  assert.deepEqual(service.calls, [`DELETE v1/exports/${all.completed.list.exports[0]?.id}/archive`]);
  await close();
});

test('the mail cannot be sent again too soon, and the page says when', async () => {
  service.show(all.pendingResendSoon);
  const { page, close } = await openPage(browser, service);
  const resend = page.getByRole('button', { name: 'Send the email again' });
  assert.equal(await resend.getAttribute('aria-disabled'), 'true');
  await page.getByText(/Can be sent again in \d+ seconds/).waitFor();
  await resend.click({ force: true });
  assert.deepEqual(service.calls, []);

  service.show(all.pending);
  await page.getByText('Can be sent again').waitFor({ state: 'detached' });
  service.onCall(() => all.pendingResendSoon);
  await resend.click();
  await page.getByText('Can be sent again').waitFor();
  assert.equal(service.calls.length, 1);
  await close();
});

test('during the cooldown the button says when it will work', async () => {
  service.show(all.cooldown);
  const { page, close } = await openPage(browser, service);
  const request = page.getByRole('button', { name: 'Request a new export' });
  assert.equal(await request.getAttribute('aria-disabled'), 'true');
  const hint = page.locator(`[id="${await request.getAttribute('aria-describedby')}"]`);
  assert.match(await hint.innerText(), /^One export every 24 hours\. The next one is possible in 18 hours/);
  await close();
});

test('a refusal is told in words, and the page shows how things stand', async () => {
  service.show(all.idle);
  const { page, close } = await openPage(browser, service);
  service.onCall(() => {
    service.show(all.processing);
    return [409, 'export_active'];
  });
  await page.getByRole('button', { name: 'Request export' }).click();
  await page.getByRole('alert').getByText('An export is already under way or ready.').waitFor();
  await page.getByRole('heading', { name: 'Your data is being collected.' }).waitFor();
  await close();
});

test('a fault of the service says that nothing is lost and that it can be tried again', async () => {
  service.show(all.idle);
  const { page, close } = await openPage(browser, service);
  service.onCall(() => [500, 'internal']);
  await page.getByRole('button', { name: 'Request export' }).click();
  await page.getByRole('alert').getByText('Nothing is lost; try again in a moment.').waitFor();
  service.onCall(() => all.pending);
  await page.getByRole('button', { name: 'Request export' }).click();
  await page.getByRole('heading', { name: 'Check your email and confirm.' }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await close();
});

test('whoever signs out sees a page with the way back to the product', async () => {
  service.show(all.idle);
  const { page, close } = await openPage(browser, service);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'You have signed out of Data Export.' }).waitFor();
  const back = page.getByRole('link', { name: 'Back to Voicebox' });
  assert.equal(await back.getAttribute('href'), all.idle.portal.returnUrl);
  await close();
});
