import assert from 'node:assert/strict';
import type { Page, Worker } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';

/** The service worker of a page, once it is active and has taken the page over. */
export async function serviceWorkerOf(page: Page): Promise<Worker> {
  await waitFor('the service worker', () =>
    page.evaluate<boolean>("navigator.serviceWorker.controller?.state === 'activated'"),
  );
  return page.context().serviceWorkers().at(-1) ?? assert.fail('the browser names no service worker');
}

/** The entries of what was shared and waits for the page. */
export const waitingShares = (page: Page): Promise<string[]> =>
  page.evaluate(`caches.has('shared-films').then(async (has) =>
    has ? (await (await caches.open('shared-films')).keys()).map(({ url }) => new URL(url).pathname) : [])`);

interface ShareOptions {
  /** Of the gateway. Default: that of the page, which a system would name. */
  url?: string;
  /** The frame in which the form opens its answer. Default: the page itself. */
  target?: string;
}

/** Sends films to the page as a system does that shares them, and as a form of any page can. */
export async function shareFilms(page: Page, films: string[], { url = '', target = '' }: ShareOptions = {}) {
  await page.evaluate(`{
    const form = document.createElement('form');
    const [action, target] = ${JSON.stringify([`${url}/share`, target])};
    Object.assign(form, { id: 'share', method: 'POST', enctype: 'multipart/form-data', action, target });
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', name: 'films', multiple: true });
    form.append(input);
    document.body.append(form);
  }`);
  await page.locator('#share input').setInputFiles(films);
  const answered = page.waitForResponse((response) => response.url().endsWith('/share'));
  // In a frame of another site, the page is not shown.
  const loaded = target === '' ? page.waitForEvent('load') : undefined;
  await page.evaluate("document.getElementById('share').submit()");
  await Promise.all([answered, loaded]);
}
