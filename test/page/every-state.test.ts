import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { checkAccessibility, openBrowser } from '../support/browser.ts';
import { type FakeService, startFakeService } from './fake-service.ts';
import { type OpenPage, openAllRows, openPage, sidewaysPixels } from './open-page.ts';
import { type SceneName, scenes } from './scenes.ts';

const all = scenes();
const names = Object.keys(all) as SceneName[];
let browser: Browser;
let service: FakeService;

before(async () => {
  browser = await openBrowser();
  service = await startFakeService(all.idle);
});
after(async () => {
  await browser?.close();
  await service?.close();
});

for (const [language, colorScheme] of [
  ['en', 'light'],
  ['de', 'dark'],
] as const) {
  describe(`axe finds nothing wrong, nothing leaves the origin or breaks the policy (${language}, ${colorScheme})`, () => {
    let open: OpenPage;
    before(async () => {
      open = await openPage(browser, service, { language, colorScheme });
    });
    after(() => open?.close());

    for (const name of names) {
      test(name, async () => {
        service.show(all[name]);
        await open.page.reload();
        await open.page.getByRole('heading', { level: 1 }).waitFor();
        await openAllRows(open.page);
        assert.deepEqual(await checkAccessibility(open.page), []);
        assert.deepEqual(open.complaints.splice(0), []);
      });
    }
  });
}

for (const language of ['en', 'de'] as const) {
  test(`nothing sticks out at 320 px, nor with text at 200 %, in any state (${language})`, async () => {
    const { page, close } = await openPage(browser, service, { language, width: 320 });
    const wide: string[] = [];
    for (const name of names) {
      service.show(all[name]);
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await openAllRows(page);
      await page.setViewportSize({ width: 320, height: 900 });
      if ((await sidewaysPixels(page)) > 0) wide.push(`${name} at 320 px`);
      await page.setViewportSize({ width: 640, height: 900 });
      await page.evaluate('document.documentElement.style.fontSize = "200%"');
      if ((await sidewaysPixels(page)) > 0) wide.push(`${name} at 640 px with text at 200 %`);
    }
    assert.deepEqual(wide, []);
    await close();
  });
}

test('names and addresses without a place to break do not stick out at 320 px', async () => {
  const { page, close } = await openPage(browser, service, { width: 320 });
  const { portal, list } = scenes().pendingMailFailing;
  portal.product.name = 'Fernsprechauftragsdatenverarbeitungsgesellschaft';
  portal.account.id = 'a'.repeat(200);
  portal.user = {
    id: 'u1',
    email: `${'long'.repeat(15)}@${'sub.'.repeat(40)}example.org`,
    name: 'X'.repeat(120),
  };
  for (const view of list.exports) view.requestedBy = portal.user;
  service.show({ portal, list });
  await page.reload();
  await page.getByText(portal.product.name).first().waitFor();
  await openAllRows(page);
  assert.equal(await sidewaysPixels(page), 0);
  await close();
});

for (const language of ['en', 'de'] as const) {
  test(`what is below the state stays where it is when the state changes (${language})`, async () => {
    service.show(all.idle);
    const { page, close } = await openPage(browser, service, { language });
    const below = page.locator('#included');
    const tops: Record<string, number> = {};
    for (const name of ['idle', 'pending', 'confirmed', 'processing', 'completed', 'expired'] as const) {
      service.show(all[name]);
      await page.reload();
      tops[name] = Math.round((await below.boundingBox())?.y ?? 0);
    }
    assert.deepEqual(new Set(Object.values(tops)).size, 1, JSON.stringify(tops));
    await close();
  });
}

test('the accent of the product colours the primary button, over the own colour of the page', async () => {
  service.show(all.idle);
  const { page, close } = await openPage(browser, service);
  const colour = await page.evaluate(
    'getComputedStyle(document.querySelector(".button.primary")).backgroundColor',
  );
  assert.equal(colour, 'rgb(11, 114, 133)');
  await close();
});
