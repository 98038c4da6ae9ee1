import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { assertPassesAxe } from './axe.ts';
import { signUp, startPage, USER } from './open-page.ts';

const OPERATIONS = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);

const GROUPS = new Set(
  Object.values(openapi.paths).flatMap((methods) =>
    Object.values(methods as Record<string, { tags?: string[] }>).flatMap(({ tags = [] }) => tags),
  ),
);

/** Opens the first operation of each group and closes it again. Returns how many have shown their responses. */
const OPEN_FIRST = `(async () => {
  let opened = 0;
  for (const button of document.querySelectorAll('.opblock-tag-section .operation-tag-content > span:first-child .opblock-summary-control')) {
    const block = button.closest('.opblock');
    button.click();
    while (!block.querySelector('.responses-inner')) await new Promise(requestAnimationFrame);
    opened += 1;
    button.click();
    while (block.querySelector('.responses-inner')) await new Promise(requestAnimationFrame);
  }
  return opened;
})()`;

/** Opens an operation, as somebody who clicks on it. */
async function openOperation(page: Page, method: string, path: string): Promise<void> {
  const summary = page.locator('.opblock-summary-control').filter({
    has: page.locator(`.opblock-summary-path[data-path="${path}"]`),
    hasText: method,
  });
  await summary.click();
}

/** Sends the request of the one operation that is open, and returns the status of the response. */
async function execute(page: Page): Promise<string | null> {
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  return page.locator('.live-responses-table .response-col_status').nth(1).textContent();
}

describe('the documentation of the API', () => {
  const afters: (() => unknown)[] = [];
  let system: Awaited<ReturnType<typeof startPage>>;
  before(async () => {
    system = await startPage({ after: (close) => afters.push(close as () => unknown) }, { guests: true });
  });
  after(() => Promise.all(afters.map((close) => close())));

  /** Opens the page as a new visitor, until the test ends: many open consoles take much memory. */
  async function open(context: TestContext, options: Parameters<typeof system.open>[0] = {}) {
    const opened = await system.open(options);
    context.after(() => opened.page.context().close());
    return opened;
  }

  async function openDocs(
    context: TestContext,
    options: Parameters<typeof system.open>[0] = {},
    fragment = '',
  ) {
    const opened = await open(context, options);
    await opened.page.goto(`${system.url}/docs${fragment}`);
    await opened.page.locator('.opblock').first().waitFor();
    return opened;
  }

  it('shows every route of /openapi.json, without requests to other hosts or errors in the browser', async (context) => {
    const { page, complaints, origins } = await openDocs(context);
    const shown = await page
      .locator('.opblock-summary-control')
      .evaluateAll((buttons) =>
        buttons.map((button) =>
          ['.opblock-summary-method', '.opblock-summary-path']
            .map((part) => button.querySelector(part)?.textContent?.replaceAll('\u200b', ''))
            .join(' '),
        ),
      );
    assert.deepEqual(shown.toSorted(), OPERATIONS.toSorted());
    assert.equal(await page.evaluate(OPEN_FIRST), GROUPS.size);
    assert.deepEqual(complaints, []);
    assert.deepEqual([...origins], [system.url]);
  });

  it('sends requests from its console with the session of the page', async (context) => {
    const { page, complaints } = await open(context);
    await signUp(page, { ...USER, email: 'console@example.com' });
    await page.goto(`${system.url}/docs`);
    await page.getByText('console@example.com').waitFor();
    await openOperation(page, 'GET', '/jobs');
    assert.equal((await execute(page))?.trim(), '200');
    await page.locator('.live-responses-table').getByText('next_cursor').waitFor();
    assert.deepEqual(complaints, []);
  });

  it('says that requests of its console are those of a guest', async (context) => {
    const { page } = await open(context);
    await page.getByRole('button', { name: 'Try it without an account' }).click();
    await page.getByRole('link', { name: 'Guest account' }).waitFor();
    await page.goto(`${system.url}/docs`);
    await page.getByText('sent as the guest that you are').waitFor();
  });

  it('sends requests from its console with a token that the user enters', async (context) => {
    const { page } = await openDocs(context);
    await page.getByText('You are not signed in.').waitFor();
    await page.getByRole('button', { name: 'Authorize', exact: true }).click();
    const bearer = page.locator('.auth-container').filter({ hasText: 'operator (http, Bearer)' });
    await bearer.getByRole('textbox').fill('an-operator-token-of-32-characters');
    await bearer.getByRole('button', { name: 'Authorize' }).click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    await openOperation(page, 'GET', '/operator/failed');
    assert.equal((await execute(page))?.trim(), '200');
  });

  it('opens the route that the URL fragment names', async (context) => {
    const { page } = await openDocs(context, {}, '#/Jobs/get_jobs');
    await page.locator('.opblock.is-open').getByText('/jobs', { exact: true }).waitFor();
    assert.equal(await page.locator('.opblock.is-open').count(), 1);
  });

  it('follows the theme of the page', async (context) => {
    const { page } = await openDocs(context, { colorScheme: 'dark' });
    const isDark = () => page.evaluate('document.documentElement.classList.contains("dark-mode")');
    assert.equal(await isDark(), true);
    await page.getByLabel('Theme').selectOption('light');
    assert.equal(await isDark(), false);
    await page.getByLabel('Theme').selectOption('system');
    assert.equal(await isDark(), true);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('html:not(.dark-mode)').waitFor();
  });

  it('is not loaded by the main page', async (context) => {
    const opened = await open(context);
    const sizes = await opened.page.evaluate(
      'performance.getEntriesByType("resource").map(({ name, decodedBodySize }) => [name, decodedBodySize])',
    );
    const large = (sizes as [string, number][]).filter(([, size]) => size > 500_000);
    assert.deepEqual(large, []);
  });

  // The page with all routes closed is a scene of axe.test.ts. It is large, so that here axe looks at what was opened.
  it('passes axe in an open route, the dialog and a response, and is never wider than the window', async (context) => {
    const { page } = await openDocs(context, { reducedMotion: 'reduce' }, '#/Uploads/post_upload');
    await page.locator('.opblock.is-open').waitFor();
    await assertPassesAxe(page, { include: '.opblock.is-open' });
    await page.getByRole('button', { name: 'Authorize', exact: true }).click();
    await page.locator('.auth-container').first().waitFor();
    await assertPassesAxe(page, { include: '.dialog-ux' });
    await page.getByRole('button', { name: 'Close' }).first().click();
    await page.locator('.opblock.is-open .opblock-summary-control').click();
    await openOperation(page, 'GET', '/jobs');
    assert.equal((await execute(page))?.trim(), '401');
    await assertPassesAxe(page, { include: '.opblock.is-open' });
  });
});
