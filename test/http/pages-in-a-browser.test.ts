import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { checkAccessibility, openBrowser } from '../support/browser.ts';
import { basic, call, mailedLink, type Service, startService, until } from './service.ts';

let service: Service;
let browser: Browser;
before(async () => {
  [service, browser] = await Promise.all([startService({ worker: true, showMailbox: true }), openBrowser()]);
});
after(async () => {
  await browser.close();
  await service.stop();
});

async function confirmLink(account: string, user: Record<string, string> = {}): Promise<string> {
  await call(service, 'POST', `/v1/exports?accountId=${account}`, basic(), {
    user: { id: 'u1', email: `${account}@example.com`, ...user },
  });
  return mailedLink(service, 'confirm', account);
}

/** A page that notes what a strict browser would not do, and where it went. */
async function watchedPage(
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== new URL(service.url).origin)
      complaints.push(request.url());
  });
  return { page, complaints };
}

const sidewaysScroll = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the confirmation works without JavaScript, on a narrow screen, ${colorScheme}, for everybody`, async () => {
    const link = await confirmLink(`b-${colorScheme}`, { name: 'W'.repeat(120) });
    const options = { colorScheme, viewport: { width: 320, height: 640 } };
    const { page, complaints } = await watchedPage(options);
    await page.goto(link);
    assert.deepEqual(await checkAccessibility(page), []);
    assert.equal(await page.evaluate(sidewaysScroll), false);
    await page.close();

    const plain = await watchedPage({ ...options, javaScriptEnabled: false });
    await plain.page.goto(link);
    await plain.page.keyboard.press('Tab');
    await plain.page.keyboard.press('Enter');
    await plain.page.getByRole('heading', { name: 'Your export has started' }).waitFor();
    await plain.page.close();
    assert.deepEqual([...complaints, ...plain.complaints], []);
  });
}

test('a link that no longer works leads to a page that everybody can read', async () => {
  for (const path of ['/confirm/none', '/download/none', '/portal/none', '/nowhere']) {
    const { page } = await watchedPage({ viewport: { width: 320, height: 640 } });
    await page.goto(service.url + path);
    assert.deepEqual(await checkAccessibility(page), [], path);
    assert.equal(await page.evaluate(sidewaysScroll), false, path);
    await page.close();
  }
});

test('the documentation shows every call and every error, and asks nobody else for anything', async () => {
  const { page, complaints } = await watchedPage();
  await page.goto(`${service.url}/docs`);
  await page.getByText('/v1/portal-sessions').first().waitFor();
  await page.getByText('/v1/exports/{id}/events').first().click();
  await page.getByText('Server-sent events').first().waitFor();
  await page.goto(`${service.url}/docs/errors#export_cooldown`);
  assert.ok(await page.locator('#export_cooldown').isVisible());
  assert.deepEqual(await checkAccessibility(page), []);
  assert.deepEqual(complaints, []);
  await page.close();
});

test('the mailbox shows mails as they arrive, and the link in a mail opens the whole window', async () => {
  const { page, complaints } = await watchedPage();
  await page.goto(`${service.url}/dev/mail`);
  const before = await page.locator('article').count();
  await confirmLink('b-mailbox');
  await until(async () => (await page.locator('article').count()) > before);
  await page.frameLocator('iframe').first().getByRole('link').first().click();
  await page.getByRole('heading', { name: 'Start your data export?' }).waitFor();
  assert.match(page.url(), /\/confirm\//);
  assert.deepEqual(complaints, []);
  await page.close();

  const other = await browser.newPage();
  await other.goto(`${service.url}/dev/mail`);
  assert.deepEqual(await checkAccessibility(other), []);
  await other.close();
});
