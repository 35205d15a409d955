import type { Browser, Page } from 'playwright-core';
import type { FakeService } from './fake-service.ts';

export interface OpenPage {
  page: Page;
  /** Requests that left the origin, and whatever the browser complained about: refused by policy, thrown, missing. */
  complaints: string[];
  close(): Promise<void>;
}

interface Circumstances {
  language?: 'en' | 'de';
  width?: number;
  colorScheme?: 'light' | 'dark';
}

/** Opens the page of the fake service in a browser of its own, and waits until it shows a state. */
export async function openPage(
  browser: Browser,
  service: FakeService,
  { language = 'en', width = 1280, colorScheme = 'light' }: Circumstances = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: language === 'de' ? 'de-DE' : 'en-GB',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const origin = new URL(service.url).origin;
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`left the origin: ${request.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(`localStorage.setItem('handover.language', '${language}')`);
  await page.goto(service.url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, complaints, close: () => context.close() };
}

/** Opens every row that can be opened, so that what is inside is looked at, too. */
export async function openAllRows(page: Page): Promise<void> {
  await page.evaluate('document.querySelectorAll("details").forEach((row) => { row.open = true; })');
}

/** How far the page can be moved sideways, in CSS pixels: 0 is right. */
export function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** What a screen reader was told last without being asked. */
export function announcement(page: Page): Promise<string> {
  return page.locator('[aria-live="polite"]').innerText();
}

/** Presses Tab until the element with this name has the focus; throws when it cannot be reached. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const reached = await page.locator(':focus').innerText();
    if (typeof name === 'string' ? reached === name : name.test(reached)) return;
  }
  throw new Error(`${name} cannot be reached with the Tab key`);
}
