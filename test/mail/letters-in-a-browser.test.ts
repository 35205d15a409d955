import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { languages } from '../../src/language/language.ts';
import { checkAccessibility, openBrowser } from '../support/browser.ts';
import { asked, letters, look } from './samples.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const sidewaysScroll = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
const longWords = {
  subjectId: 'x'.repeat(150),
  requester: {
    ...asked.requester,
    email: `${'y'.repeat(60)}@${'z'.repeat(60)}.example`,
    name: 'W'.repeat(80),
  },
};

for (const [name, write] of Object.entries(letters)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`the ${name} letter can be read by everybody, ${colorScheme}, on a narrow screen`, async () => {
      for (const language of languages) {
        for (const accentColor of ['#0b7285', '#ffd43b', '#ffffff', '#17191c']) {
          const page = await browser.newPage({ colorScheme, viewport: { width: 320, height: 640 } });
          const requests: string[] = [];
          page.on('request', (request) => requests.push(request.url()));
          await page.setContent(write(look(language, { accentColor }), longWords).html);
          assert.deepEqual((await checkAccessibility(page)).filter(concernsMails), []);
          assert.equal(await page.evaluate(sidewaysScroll), false, 'at 320 px');
          const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
          assert.equal(background, colorScheme === 'dark' ? 'rgb(23, 25, 28)' : 'rgb(255, 255, 255)');
          assert.deepEqual(requests, []);
          await page.close();
        }
      }
    });
  }
}

/** Landmarks are the mail program's: it shows a mail inside a page that has its own. */
function concernsMails(violation: string): boolean {
  return !/\((region|landmark-one-main)\)/.test(violation);
}
