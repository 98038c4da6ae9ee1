import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startPage } from './open-page.ts';

describe('the page in Chromium, while another build replaces it', () => {
  const PARTS = ['**/assets/main-*.js', '**/assets/main-*.css', '**/assets/chunk-*.js'];
  for (const part of PARTS) {
    it(`loads again where ${part} was missing at first`, async (context) => {
      const { browser, url } = await startPage(context);
      const page = await browser.newPage();
      let missing = 2;
      await page.route(part, (route) => {
        missing -= 1;
        return missing >= 0 ? route.fulfill({ status: 404, body: '{}' }) : route.continue();
      });
      await page.goto(url);
      while (missing >= 0) await page.waitForEvent('load');
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await page.waitForFunction('sessionStorage.length === 0');
    });
  }

  it('does not load again for ever', async (context) => {
    const { browser, url } = await startPage(context);
    const page = await browser.newPage();
    await page.clock.install();
    let loads = 0;
    await page.route('**/assets/main-*.js', (route) => route.fulfill({ status: 404, body: '{}' }));
    page.on('load', () => {
      loads += 1;
    });
    await page.goto(url);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await page.clock.fastForward(10_000);
      await page.waitForLoadState('load');
    }
    assert.equal(await page.evaluate('sessionStorage.getItem("load-attempts")'), '5');
    assert.equal(loads, 6);
  });
});
