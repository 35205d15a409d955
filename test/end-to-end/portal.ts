import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Download, FrameLocator, Page } from 'playwright-core';
import { checkAccessibility } from '../support/browser.ts';
import { type Account, type Hallomoor, json } from './hallomoor.ts';

/** A person's browser, signed in to the Data Export page of one account. */
export interface Portal {
  page: Page;
  context: BrowserContext;
  /** What the browser refused, threw, missed, or asked of another origin, in any of its tabs. */
  complaints: string[];
}

export interface Person {
  language?: 'en' | 'de';
  width?: number;
  colorScheme?: 'light' | 'dark';
}

/** The product's server asks for a session, and the browser follows its one-time address. */
export async function openPortal(
  browser: Browser,
  hallomoor: Hallomoor,
  account: Account,
  { language = 'en', width = 1280, colorScheme = 'light' }: Person = {},
): Promise<Portal> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: language === 'de' ? 'de-DE' : 'en-GB',
  });
  const complaints: string[] = [];
  context.on('console', (message) => {
    const isOwn = message.text().startsWith("Failed to execute 'postMessage'"); // axe, to the mail in its sandbox
    if (['error', 'warning'].includes(message.type()) && !isOwn) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== hallomoor.url) complaints.push(`left the origin: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  const session = await hallomoor.ask('POST', '/v1/portal-sessions', {
    body: { accountId: account.id, user: account.owner, language, returnUrl: `${hallomoor.url}/healthz` },
  });
  const page = await context.newPage();
  await page.goto(json<{ url: string }>(session).url);
  assert.equal(page.url(), `${hallomoor.url}/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, context, complaints };
}

/** A tab with the local mailbox, and the newest mail in it with a subject. Waits for it. */
export async function openMailbox(
  { context }: Portal,
  hallomoor: Hallomoor,
  subject: string,
): Promise<{ mailbox: Page; mail: FrameLocator }> {
  const mailbox = await context.newPage();
  await mailbox.goto(`${hallomoor.url}/dev/mail`);
  const newest = mailbox.locator('article').first();
  await newest.getByRole('heading', { name: subject }).waitFor();
  return { mailbox, mail: newest.frameLocator('iframe') };
}

/** What a browser saved is, byte for byte, what the API hands out; and it can be read. Returns how many calls it has. */
export async function checkDownload(
  hallomoor: Hallomoor,
  account: Account,
  download: Download,
): Promise<number> {
  const saved = await readFile(await download.path());
  const [newest] = json<{ exports: { id: string }[] }>(
    await hallomoor.ask('GET', `/v1/exports?accountId=${account.id}`),
  ).exports;
  const { bytes } = await hallomoor.ask('GET', `/v1/exports/${newest?.id}/archive?accountId=${account.id}`);
  assert.ok(saved.equals(bytes), `${saved.length} bytes saved, ${bytes.length} by the API`);
  const { accountId, data } = JSON.parse(saved.toString());
  assert.equal(accountId, account.id);
  assert.equal(download.suggestedFilename(), `hallomoor-data-export-${account.id}.json`);
  return data.calls.length;
}

/** Each stage has to be fit for everybody. With `SCREENSHOTS` naming a folder, also takes pictures to look at. */
export async function lookAt(page: Page, name: string): Promise<void> {
  assert.deepEqual(await checkAccessibility(page), [], name);
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  const before = page.viewportSize();
  for (const width of [1280, 320]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  if (before) await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}
