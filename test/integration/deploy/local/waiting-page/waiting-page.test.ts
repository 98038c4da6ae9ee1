import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { chromium as browsers } from 'playwright-core';
import { Progress } from '../../../../../deploy/local/waiting-page/progress.ts';
import { serveWaitingPage } from '../../../../../deploy/local/waiting-page/waiting-page.ts';
import { BROWSER_TIMEOUT_MS, chromium } from '../../../../support/chromium.ts';

const quiet = () => undefined;

async function serve(context: TestContext) {
  const progress = new Progress();
  const page = await serveWaitingPage(0, progress);
  context.after(() => page.close());
  return { page, progress, url: `http://127.0.0.1:${page.port}` };
}

describe('the page that waits for the system', () => {
  it('refuses programs with a problem, and says when to try again', async (context) => {
    const { url } = await serve(context);
    const response = await fetch(`${url}/jobs?secret=%3Cscript%3E`, {
      method: 'POST',
      body: 'x'.repeat(1e6),
    });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '5');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(await response.json(), {
      ...{ type: 'about:blank', title: 'unavailable', status: 503, code: 'unavailable' },
      detail: 'mp3converter is being started; try again shortly',
    });
  });

  it('shows people the steps, and repeats nothing of their request', async (context) => {
    const { url, progress } = await serve(context);
    await progress.during('programs', async () => undefined, quiet);
    progress.begin('page');
    const response = await fetch(`${url}/<b>?x=hostile`, {
      headers: { Accept: 'text/html', Cookie: 'a=hostile' },
    });
    const html = await response.text();
    assert.equal(response.status, 503);
    assert.match(html, /<li class="done">Find the programs/);
    assert.match(html, /<li class="running">Build the web page/);
    assert.doesNotMatch(html, /hostile|<b>/);
  });

  it('shows how far a task is, and none of the lines for the terminal', async (context) => {
    const { url, progress } = await serve(context);
    const started = Promise.withResolvers<void>();
    void progress.during(
      'programs',
      async (report) => {
        report('Ignoring /home/ann/daprd');
        report('a line', { what: 'Building daprd', detail: '40 %, 3 min left' });
        await started.promise;
      },
      quiet,
    );
    const text = await (await fetch(`${url}/readyz`)).text();
    started.resolve();
    assert.match(text, /"detail":"Building daprd: 40 %, 3 min left"/);
    assert.doesNotMatch(text, /ann|a line/);
  });

  it('leaves the port to the gateway when it is closed, also while a browser keeps a connection', async (context) => {
    const { page, url } = await serve(context);
    await (await fetch(url)).text();
    await page.close();
    const gateway = createServer((_, response) => response.end()).listen(page.port, '127.0.0.1');
    context.after(() => gateway.close());
    assert.equal((await fetch(url)).status, 200);
  });

  it('becomes the real page by itself when the system is ready', async (context) => {
    const { page, progress, url } = await serve(context);
    const browser = await browsers.launch({ executablePath: chromium(), args: ['--no-sandbox'] });
    context.after(() => browser.close());
    const tab = await browser.newPage();
    tab.setDefaultTimeout(BROWSER_TIMEOUT_MS);
    await tab.goto(url);
    await progress.during('programs', async () => undefined, quiet);
    await tab.locator('li.done', { hasText: 'Find the programs' }).waitFor();
    await page.close();
    let isReady = false;
    const gateway = createServer(({ url }, response) => {
      response.statusCode = url === '/readyz' && !isReady ? 503 : 200;
      response.setHeader('Content-Type', 'text/html');
      response.end(url === '/readyz' ? '{"checks":{}}' : '<h1>the real page</h1>');
    }).listen(page.port, '127.0.0.1');
    context.after(() => gateway.close());
    await tab.locator('li.running', { hasText: 'services' }).waitFor();
    isReady = true;
    await tab.getByText('the real page').waitFor();
    gateway.closeAllConnections();
  });
});
