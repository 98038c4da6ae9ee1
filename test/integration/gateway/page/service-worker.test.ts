import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type PageFile, writeSite } from '../../../../deploy/page/write-site.ts';
import { siteIndex } from '../../../../services/gateway/page/site.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { waitFor } from '../../../support/wait.ts';
import { serviceWorkerOf } from './installed-page.ts';
import { allAccepted, listJobs, openHome, startSharedPage } from './open-home.ts';
import { startPage } from './open-page.ts';
import { chooseFilms, convertButton, longFilm } from './page-films.ts';

describe('the service worker of the page', async () => {
  const started = await startSharedPage();

  it('is asked for nothing but what is shared: not for pages, uploads, downloads and streams', async (context) => {
    const { page, complaints } = await openHome(started, context);
    const worker = await serviceWorkerOf(page);
    // The worker answers nothing of this, so that its own listener lets others see it.
    await worker.evaluate(`{
      self.seen = [];
      self.addEventListener('fetch', ({ request: { method, url } }) => self.seen.push(method + ' ' + new URL(url).pathname));
    }`);
    await page.reload();
    await chooseFilms(page, await longFilm());
    await page.getByText(/MB of .* will be sent/).waitFor();
    await convertButton(page).click();
    await allAccepted(page);
    const [job] = await listJobs(page);
    await page.getByRole('link', { name: 'long.mkv' }).first().waitFor();
    const size = `fetch('/download/${job?.id}').then(async (response) => (await response.blob()).size)`;
    assert.equal(await page.evaluate(size), started.audio.length);
    await page.evaluate(
      "fetch('/share', { method: 'POST', body: 'from a script', redirect: 'manual' }).then(() => 0)",
    );
    assert.deepEqual(await worker.evaluate('self.seen'), ['POST /share']);
    assert.deepEqual(complaints, []);
  });

  it('is registered by the page alone, and not by its other documents', async (context) => {
    const { page } = await started.open({ at: `${started.url}/operator` });
    context.after(() => page.context().close());
    for (const document of ['/operator', '/docs']) {
      await page.goto(started.url + document);
      await page.locator('#app h1').first().waitFor();
      assert.equal(
        await page.evaluate('navigator.serviceWorker.getRegistrations().then(({ length }) => length)'),
        0,
      );
    }
  });

  it('cannot be registered from another URL', async (context) => {
    const { page } = await started.open();
    context.after(() => page.context().close());
    await serviceWorkerOf(page);
    const register = (url: string) =>
      page.evaluate<string>(
        `navigator.serviceWorker.register(${url}).then(() => 'registered', (error) => error.name)`,
      );
    assert.equal(await register("'/assets/other.js'"), 'TypeError');
    const policy = "trustedTypes.createPolicy('service-worker', { createScriptURL: (url) => url })";
    await assert.rejects(
      page.evaluate(`${policy}.createScriptURL('/assets/other.js')`),
      /disallowed|already exists/i,
    );
  });

  it('is replaced by its next version while the page is open, which goes on', async (context) => {
    const folder = temporaryFolder(context);
    const { open } = await startPage(context, { folder });
    const { page, complaints } = await open();
    await serviceWorkerOf(page);
    const { '/service-worker.js': built } = siteIndex.parse(
      JSON.parse(readFileSync(path.join(folder, 'site.json'), 'utf8')),
    );
    const code = readFileSync(path.join(folder, built?.file ?? assert.fail()), 'utf8');
    await page.evaluate(`{
      globalThis.isSamePage = true;
      globalThis.before = navigator.serviceWorker.controller;
    }`);
    writeSite(
      [
        fixed(
          '/service-worker.js',
          'service-worker.js',
          'text/javascript',
          `${code}\nself.version = 'next';`,
        ),
      ],
      {
        ...{ folder, keepMs: 60_000 },
      },
    );
    await page.evaluate(
      'navigator.serviceWorker.getRegistration().then((registration) => registration.update()).then(() => 0)',
    );
    await waitFor('the next worker', () =>
      page.evaluate<boolean>(
        "before.state === 'redundant' && navigator.serviceWorker.controller?.state === 'activated'",
      ),
    );
    assert.equal(await page.evaluate('globalThis.isSamePage'), true);
    const workers = page.context().serviceWorkers();
    const versions = await Promise.all(
      workers.map((worker) => worker.evaluate('self.version').catch(() => undefined)),
    );
    assert.ok(versions.includes('next'));
    assert.deepEqual(complaints, []);
  });

  it('never keeps an old HTML alive', async (context) => {
    const folder = temporaryFolder(context);
    const { open } = await startPage(context, { folder });
    const { page } = await open();
    await serviceWorkerOf(page);
    writeSite([fixed('/', 'index.html', 'text/html', '<!doctype html><title>a later build</title>')], {
      ...{ folder, keepMs: 60_000 },
    });
    await page.reload();
    assert.equal(await page.title(), 'a later build');
  });
});

const fixed = (url: string, file: string, type: string, contents: string): PageFile => ({
  ...{ url, file, type, contents, immutable: false },
});
