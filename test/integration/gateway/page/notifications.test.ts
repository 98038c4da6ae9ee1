import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chromium } from '../../../support/chromium.ts';
import { waitFor } from '../../../support/wait.ts';
import { serviceWorkerOf } from './installed-page.ts';
import { signUp, startPage } from './open-page.ts';
import { failedWith, ownJob, putJobs } from './put-jobs.ts';
import { launchBrowser } from './test-browser.ts';

/** Runs before the page, whose notifications are refused as in Chrome on Android. A headless page is never hidden. */
const AS_ON_ANDROID = `
  const Shown = globalThis.Notification;
  globalThis.Notification = class {
    static get permission() { return Shown.permission; }
    static requestPermission() { return Shown.requestPermission(); }
    constructor() { throw new TypeError("Failed to construct 'Notification': Illegal constructor."); }
  };
  let state = 'visible';
  Object.defineProperty(document, 'visibilityState', { get: () => state });
  globalThis.setVisibility = (next) => { state = next; document.dispatchEvent(new Event('visibilitychange')); };
`;

const SHOWN = `navigator.serviceWorker.ready.then(async (registration) =>
  (await registration.getNotifications()).map(({ title, tag, icon, lang }) => [title, tag, new URL(icon).pathname, lang]))`;

describe('notifications of the page, where only a service worker can show them', () => {
  it('tell the end of each job once, and lead to it', async (context) => {
    const browser = await launchBrowser(chromium());
    context.after(() => browser.close());
    const gateway = await startPage(context, { browser });
    const queued = ['one.mp4', 'two.mp4'].map((filename) => ownJob({ status: 'queued', filename }));
    await putJobs(gateway, ...queued);
    const { page, complaints } = await gateway.open({ at: 'about:blank', permissions: ['notifications'] });
    await page.addInitScript(AS_ON_ANDROID);
    // It loads once: a service worker that becomes active while a page loads again does not take it over.
    await page.goto(gateway.url);
    await signUp(page);
    const worker = await serviceWorkerOf(page);
    await page.getByRole('button', { name: 'Notify me when they are done' }).click();
    await page.getByRole('button', { name: 'Do not notify me' }).waitFor();
    // The page tells the end only of jobs that it has seen before.
    for (const { filename } of queued) await page.getByText(filename).first().waitFor();
    await page.evaluate("setVisibility('hidden')");
    for (const job of queued) {
      const { error } = failedWith('no_audio', job.filename) as { error: { code: string; detail: string } };
      await gateway.jobs.update(job.id, () => ({ ...job, status: 'failed', progress: 0, error }) as never);
    }
    const shown = await waitFor('two notifications', async () => {
      const found = await page.evaluate<string[][]>(SHOWN);
      return found.length === 2 && found;
    });
    const expected = queued.map(({ id, filename }) => [
      ...[`${filename} failed. This film has no sound.`, id, '/assets/icon-192.png', 'en'],
    ]);
    assert.deepEqual(shown.sort(), expected.sort());

    // A headless browser has no notification that could be pressed.
    const [first] = queued;
    await worker.evaluate(`self.registration.getNotifications({ tag: '${first?.id}' }).then(([notification]) => {
      self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
    })`);
    await page.waitForURL(`${gateway.url}/#/jobs/${first?.id}`);
    await page.getByRole('heading', { name: 'one.mp4' }).waitFor();
    await waitFor(
      'the end of the notification',
      async () => (await page.evaluate<string[]>(SHOWN)).length === 1,
    );

    await page.evaluate("setVisibility('visible')");
    await waitFor('the end of all of them', async () => (await page.evaluate<string[]>(SHOWN)).length === 0);
    assert.deepEqual(complaints, []);
  });
});
