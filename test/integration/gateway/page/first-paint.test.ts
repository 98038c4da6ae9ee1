import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { testUserId } from '../../../unit/gateway/client/test-gateway.ts';
import { openHome, startSharedPage } from './open-home.ts';
import { ownJob, putJobs } from './put-jobs.ts';

/** The slow 4G of Lighthouse, in milliseconds and bytes a second, and a processor that is four times slower. */
const SLOW_4G = {
  latency: 150,
  downloadThroughput: 1_638_400 / 8,
  uploadThroughput: 675_000 / 8,
  offline: false,
};
const CPU_SLOWDOWN = 4;

/**
 * What has to arrive before something can be shown: the HTML, its styles, and the scripts that block. When it is shown depends on
 * the machine, so that is printed and not tested.
 */
const MOST_REQUESTS = 8;
const MOST_BYTES = 20 * 1024;

const OBSERVE = `
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput) shifts.push(value + ' ' + sources.map(({ node }) => node?.outerHTML?.slice(0, 120)).join(' | '));
  }).observe({ type: 'layout-shift', buffered: true });
`;

const firstPaint = (page: Page) =>
  waitFor('the first paint', () =>
    page.evaluate<number | undefined>("performance.getEntriesByName('first-contentful-paint')[0]?.startTime"),
  );

async function throttle(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.clearBrowserCache');
  await devtools.send('Network.emulateNetworkConditions', SLOW_4G);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
}

/** Sizes of what the first paint has to wait for (W3C Resource Timing, `renderBlockingStatus`), in bytes with headers. */
const blockingSizes = (page: Page): Promise<number[]> =>
  page.evaluate(
    `[
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource').filter(({ renderBlockingStatus }) => renderBlockingStatus === 'blocking'),
    ].map(({ transferSize }) => transferSize)`,
  );

describe('the first paint of the page on a slow phone', async () => {
  const started = await startSharedPage();

  it('waits for few requests and few bytes, and nothing on the page moves afterwards', async (context) => {
    const { page } = await started.open();
    context.after(() => page.context().close());
    await page.addInitScript(OBSERVE);
    await throttle(page);
    await page.reload();
    await page.locator('form.credentials').waitFor();
    const time = await firstPaint(page);
    const sizes = await blockingSizes(page);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    context.diagnostic(
      `first paint after ${Math.round(time)} ms; ${sizes.length} requests with ${bytes} bytes block it`,
    );
    assert.ok(sizes.length <= MOST_REQUESTS, `${sizes.length} requests`);
    assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
    assert.deepEqual(await page.evaluate('shifts'), []);
  });

  it('is followed by no movement for a user who has MP3s', async (context) => {
    const { page, user } = await openHome(started, context);
    const jobs = ['one.mp4', 'two.mp4', 'three.mp4'].map((filename) =>
      ownJob({ status: 'cancelled', filename, owner: testUserId(user.email) }),
    );
    await putJobs(started, ...jobs);
    await page.addInitScript(OBSERVE);
    await throttle(page);
    await page.reload();
    await page.getByRole('link', { name: 'three.mp4' }).waitFor();
    const time = await firstPaint(page);
    context.diagnostic(`first paint after ${Math.round(time)} ms`);
    assert.deepEqual(await page.evaluate('shifts'), []);
  });
});
