import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';

/** A headless Chromium with web security as everybody has it. Close it in `after`. */
export async function openBrowser(): Promise<Browser> {
  const { executablePath, env } = await findChromium();
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    args: ['--disable-gpu'],
    chromiumSandbox: false, // a container and root have none to offer; only our own pages are opened
  });
}

/** What axe finds wrong with the page as it stands, a sentence for each element; empty when nothing. */
export async function checkAccessibility(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    // Of what is right it would put together reports as long.
    (window as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${help} (${id}): ${node.html}\n${node.failureSummary ?? ''}`),
  );
}
