import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { checkAccessibility, openBrowser } from '../support/browser.ts';
import { type FakeService, startFakeService } from './fake-service.ts';
import { announcement, openPage } from './open-page.ts';
import { type Scene, scenes } from './scenes.ts';

let browser: Browser;
let service: FakeService;
let all: ReturnType<typeof scenes>;

before(async () => {
  browser = await openBrowser();
  service = await startFakeService(scenes().idle);
});
beforeEach(() => {
  all = scenes();
  service.fail(null);
  service.onCall(() => all.idle);
});
after(async () => {
  await browser?.close();
  await service?.close();
});

test('progress is shown as it comes, and told to a screen reader at every quarter only', async () => {
  service.show(collected(0.1));
  const { page, close } = await openPage(browser, service);
  const heard: string[] = [];
  for (const share of [0.12, 0.2, 0.26, 0.3, 0.52, 0.6, 0.77, 0.9]) {
    service.show(collected(share));
    await page
      .getByText(`${Math.round(share * 10_000).toLocaleString('en')} of about 10,000 records`)
      .waitFor();
    const said = await announcement(page);
    if (said !== heard.at(-1)) heard.push(said);
  }
  assert.deepEqual(heard, ['', '25% collected', '50% collected', '75% collected']);
  assert.equal(await page.title(), '90% · Data export · Voicebox');
  await close();
});

test('each change of status is told to a screen reader and stands in the title bar', async () => {
  service.show(all.pending);
  const { page, close } = await openPage(browser, service);
  assert.equal(await announcement(page), '');
  for (const name of ['confirmed', 'processing', 'completed'] as const) {
    service.show(all[name]);
    const title = {
      confirmed: 'Your export will start',
      processing: 'Your data is',
      completed: 'Your export is ready',
    };
    await page.getByRole('heading', { level: 1, name: title[name] }).waitFor();
    await told(page, title[name]);
  }
  assert.equal(await page.title(), 'Your export is ready · Voicebox');
  await close();
});

test('a stream that breaks is replaced by asking, and a lost connection is shown until it is back', async () => {
  service.show(all.processing);
  const { page, close } = await openPage(browser, service);
  service.fail([503, 'unavailable']);
  await page.getByText('No connection to the service right now. Nothing is lost').waitFor();
  await told(page, 'The connection was lost. Trying again.');
  await page.getByRole('heading', { name: 'Your data is being collected.' }).waitFor();
  service.show(all.completed);
  service.fail(null);
  await page.getByRole('heading', { name: 'Your export is ready.' }).waitFor();
  await page.getByText('No connection to the service right now.').waitFor({ state: 'detached' });
  await close();
});

test('without a network the page says so, and goes on by itself', async () => {
  service.show(all.processing);
  const { page, close } = await openPage(browser, service);
  await page.context().setOffline(true);
  await page.getByText('You are offline. Nothing is lost').waitFor();
  await page.context().setOffline(false);
  await page.getByText('You are offline. Nothing is lost').waitFor({ state: 'detached' });
  await told(page, 'The connection is back.');
  await close();
});

test('a session that is over leads back to the product, on opening and in between', async () => {
  service.show(all.pending);
  const { page, close } = await openPage(browser, service);
  service.fail([401, 'unauthenticated']);
  const gone = page.getByRole('heading', { name: 'This page has to be opened from your product.' });
  await gone.waitFor();
  await page.getByRole('link', { name: 'Back to Voicebox' }).waitFor();
  await page.reload();
  await gone.waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await close();
});

test('a page whose browser was signed in for another account stops, and asks for nothing in its name', async () => {
  const { idle } = all;
  service.show(idle);
  const { page, close } = await openPage(browser, service);
  service.calls.length = 0;
  service.show({ ...idle, portal: { ...idle.portal, account: { id: 'another' } } });
  await page.getByRole('button', { name: 'Request export' }).click();
  await page.getByRole('heading', { name: 'Another account is open in this browser now.' }).waitFor();
  await page.getByRole('link', { name: 'Back to Voicebox' }).waitFor();
  assert.deepEqual(service.calls, []);
  assert.deepEqual(await checkAccessibility(page), []);
  await close();
});

test('a page that opens while the service is away opens by itself when it is back', async () => {
  service.show(all.completed);
  service.fail([503, 'unavailable']);
  const { page, close } = await openPage(browser, service);
  await page.getByRole('heading', { name: 'The service does not answer.' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  service.fail(null);
  await page.getByRole('heading', { name: 'Your export is ready.' }).waitFor();
  await close();
});

test('deadlines are measured against the clock of the service, not of this machine', async () => {
  service.show(all.completed);
  const { page, close } = await openPage(browser, service);
  await page.clock.setSystemTime(Date.now() + 5 * 3_600_000);
  await page.reload();
  await page.locator('.facts').getByText('in 23 hours').waitFor();
  await close();
});

test('the exact instant appears with the focus, goes with Escape, and can always be read out', async () => {
  service.show(all.completed);
  const { page, close } = await openPage(browser, service);
  const when = page
    .locator('.facts')
    .getByRole('button', { name: /^in 23 hours \d+ \w+ \d{4}, \d\d:\d\d CES?T$/ });
  await when.focus();
  await exactIn(page).waitFor();
  await page.keyboard.press('Escape');
  await exactIn(page).waitFor({ state: 'detached' });
  await close();
});

test('an older export that the operator retries is what the page is about', async () => {
  const { list, portal } = all.processing;
  const [cancelled] = all.cancelled.list.exports;
  service.show({
    portal,
    list: { ...list, exports: [{ ...cancelled, id: 'newer' }, ...list.exports] as typeof list.exports },
  });
  const { page, close } = await openPage(browser, service);
  await page.getByRole('heading', { level: 1, name: 'Your data is being collected.' }).waitFor();
  await page.getByRole('button', { name: 'Cancel export' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Cancelled' }).waitFor();
  await close();
});

test('what became of a file is told by its own deadline, whatever the policy says now', async () => {
  const { portal, list } = all.expired;
  portal.policy.downloadWindowSeconds = 7 * 86_400;
  portal.policy.confirmationWindowSeconds = 7 * 86_400;
  service.show({ portal, list });
  const { page, close } = await openPage(browser, service);
  await page
    .getByText('It could be downloaded for 24 hours. Then it was deleted for good, as announced.')
    .waitFor();
  service.show({ portal, list: all.lapsed.list });
  await page.reload();
  await page.getByText('The link in the email worked for 24 hours.').waitFor();
  await close();
});

test('the language is switched for the whole page and remembered', async () => {
  service.show(all.idle);
  const { page, close } = await openPage(browser, service);
  await page.evaluate('localStorage.clear()');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.getByRole('button', { name: 'Export anfordern' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  assert.equal(await page.title(), 'Nehmen Sie eine Kopie Ihrer Daten mit · Voicebox');
  assert.equal(await page.evaluate('localStorage.getItem("handover.language")'), 'de');
  await close();
});

/** Waits until a screen reader was told something with these words in it. */
function told(page: Page, words: string): Promise<void> {
  return page.locator('[aria-live="polite"]').getByText(words).waitFor();
}

function collected(share: number): Scene {
  const scene = scenes().processing;
  const [view] = scene.list.exports;
  if (view) view.progress = { rowsDone: Math.round(share * 10_000), rowsEstimated: 10_000, bytes: 1_000_000 };
  return scene;
}

function exactIn(page: Page) {
  return page.locator('.facts .when-exact');
}
