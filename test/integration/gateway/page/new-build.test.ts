import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { buildPage } from '../../../../deploy/page/build.ts';
import { writeSite } from '../../../../deploy/page/write-site.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { startPage } from './open-page.ts';

describe('the page while another build replaces it', () => {
  const PARTS = ['**/assets/main-*.js', '**/assets/main-*.css', '**/assets/chunk-*.js'];
  for (const part of PARTS) {
    it(`loads again where ${part} was missing at first`, async (context) => {
      const { open, url } = await startPage(context);
      const { page } = await open({ at: 'about:blank' });
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

  it('stops reloading after five attempts', async (context) => {
    const { open, url } = await startPage(context);
    const { page } = await open({ at: 'about:blank' });
    await page.clock.install();
    let loads = 0;
    await page.route('**/assets/main-*.js', (route) => route.fulfill({ status: 404, body: '{}' }));
    page.on('load', () => {
      loads += 1;
    });
    await page.goto(url);
    while (loads < 6) {
      const loaded = page.waitForEvent('load');
      await page.clock.fastForward(10_000);
      await loaded;
    }
    await page.clock.fastForward(60_000);
    assert.equal(await page.evaluate('sessionStorage.getItem("loadAttempts")'), '5');
    assert.equal(loads, 6);
  });

  it('reloads after each build with npm run dev', async (context) => {
    const folder = temporaryFolder(context);
    const { open } = await startPage(context, { folder, reload: true });
    const { page } = await open();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const asked = page.waitForRequest((request) => request.method() === 'HEAD');
    await asked;
    const loaded = page.waitForEvent('load');
    await buildPage({ folder });
    await loaded;
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('can still load parts of the build that it was opened with', async (context) => {
    const folder = temporaryFolder(context);
    const { open } = await startPage(context, { folder });
    const { page } = await open();
    const names = readdirSync(path.join(folder, 'assets')).filter((name) =>
      /^(send|verified).*\.js$/.test(name),
    );
    // The later build has none of them. `import()` fails for a file that is not served.
    writeSite([], { folder, keepMs: 60_000 });
    for (const name of names) await page.evaluate(`import(${JSON.stringify(`/assets/${name}`)})`);
    assert.ok(names.length > 0);
  });
});
