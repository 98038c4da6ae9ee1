import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startSharedPage } from './open-home.ts';

/** Scripts, styles and HTML of the first visit, compressed, without headers. It was 69.5 KB before there were accounts to manage. */
const MOST_BYTES = 73_500;

describe('the first load of the page', async () => {
  const started = await startSharedPage();

  it('is small: what an account needs is loaded when it is opened', async (context) => {
    const { page } = await started.open();
    context.after(() => page.context().close());
    await page.locator('form.credentials').waitFor();
    const html = await (await fetch(started.url)).text();
    const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map(
      ([, path = '']) => path,
    );
    assert.ok(paths.length > 5, `${paths.length} files`);
    const sizes = await Promise.all(
      ['/', ...new Set(paths)].map(async (path) => {
        const response = await fetch(`${started.url}${path}`, { headers: { 'accept-encoding': 'br' } });
        await response.body?.cancel();
        return Number(response.headers.get('content-length'));
      }),
    );
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    context.diagnostic(`${sizes.length} files with ${bytes} bytes`);
    assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
    const loaded = await page.evaluate<string[]>(
      "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)",
    );
    const later = loaded.filter((path) => /account-details|access-|mailed-link/.test(path));
    assert.deepEqual(later, []);
  });
});
