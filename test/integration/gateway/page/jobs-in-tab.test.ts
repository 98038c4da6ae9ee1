import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { waitFor } from '../../../support/wait.ts';
import { signUp, startPage } from './open-page.ts';
import { ownJob, ownMp3, putJobs } from './put-jobs.ts';

/** Runs before the page. A headless browser shows no notifications, and its pages are never hidden. */
const REPLACED = `
  globalThis.shown = [];
  let asked = 0;
  class Shown extends EventTarget {
    static permission = 'default';
    static requestPermission = async () => { asked += 1; globalThis.asked = asked; return (Shown.permission = 'granted'); };
    constructor(title, options) { super(); globalThis.shown.push([title, options.tag]); }
  }
  globalThis.Notification = Shown;
  let state = 'visible';
  Object.defineProperty(document, 'visibilityState', { get: () => state });
  globalThis.setVisibility = (next) => { state = next; document.dispatchEvent(new Event('visibilitychange')); };
`;

const titleOf = (page: Page, title: string) =>
  waitFor(`the title ${title}`, async () => (await page.title()) === title);

const iconOf = async (page: Page) =>
  decodeURIComponent(String(await page.locator('link[rel=icon]').getAttribute('href')));

describe('the browser tab', () => {
  it('shows progress and outcome in its title and icon, and a notification at the end when the user asked for one', async (context) => {
    const gateway = await startPage(context);
    const { jobs } = gateway;
    const queued = ownJob({ status: 'queued', filename: 'film.mp4' });
    const other = ownJob({ status: 'queued', filename: 'other.mp4' });
    await putJobs(gateway, queued, other);
    const change = (job: Job) =>
      jobs.update(job.id, () => ({ ...job, updated_at: new Date().toISOString() }));
    const { page, complaints } = await gateway.open();
    await page.addInitScript(REPLACED);
    await page.reload();
    await signUp(page);
    await titleOf(page, 'Waiting – mp3converter');
    assert.equal(await page.evaluate('globalThis.asked'), undefined, 'nobody was asked before a click');
    await page.getByRole('button', { name: 'Notify me when they are done' }).click();
    await page.getByRole('button', { name: 'Do not notify me' }).waitFor();
    assert.equal(await page.evaluate('globalThis.asked'), 1);

    const converting = { ...queued, status: 'converting', eta_seconds: null, attemptId: 'a' } as const;
    await change({ ...converting, progress: 0.5 });
    await titleOf(page, '25% converted – mp3converter');
    assert.match(await iconOf(page), /stroke-dasharray="25 100"/);

    // Whoever looks at the page sees the end of a job there.
    const { mp3, mp3BlobId } = await ownMp3(gateway);
    await change({ ...queued, status: 'done', warnings: [], mp3, mp3BlobId });
    await titleOf(page, '50% converted – mp3converter');
    assert.deepEqual(await page.evaluate('globalThis.shown'), []);

    await page.evaluate("setVisibility('hidden')");
    await change({ ...other, status: 'failed', progress: 0, error: { code: 'no_audio', detail: 'x' } });
    await titleOf(page, '! Failed – mp3converter');
    assert.match(await iconOf(page), /^data:image\/svg\+xml,.*#b3261e/);
    assert.deepEqual(await page.evaluate('globalThis.shown'), [
      ['other.mp4 failed. This film has no sound.', other.id],
    ]);
    await page.evaluate("setVisibility('visible')");
    await titleOf(page, 'mp3converter');
    assert.equal(await iconOf(page), '/assets/icon.svg');
    assert.deepEqual(complaints, []);
  });
});
