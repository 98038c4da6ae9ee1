import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { axeFindings } from './axe.ts';
import { signUp, startPage } from './open-page.ts';
import { failedWith, ORIGINAL, ownJob, ownMp3, putJobs } from './put-jobs.ts';

const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };

describe('axe-core on list and page of jobs in Chromium', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      it(`finds nothing in the ${colorScheme} theme on a ${size}`, async (context) => {
        const gateway = await startPage(context);
        const warnings = [
          { code: 'damaged', detail: 'x', seconds: 3 },
          { code: 'downmixed', detail: 'x' },
        ];
        const source = {
          size: 31_000_000,
          sha256: 'ab'.repeat(32),
          duration_seconds: 20,
          tracks: null,
          original: ORIGINAL,
        };
        const mp3 = await ownMp3(gateway, { filename: 'holiday.mkv', warnings, source });
        const failed = failedWith('gave_up', 'unlucky.avi');
        const converting = ownJob({
          status: 'converting',
          progress: 0.4,
          eta_seconds: 75,
          filename: 'lecture.mp4',
        });
        const others = [ownJob({ status: 'queued' }), ownJob({ status: 'cancelled', filename: 'שיר.mp4' })];
        await putJobs(gateway, mp3, failed, converting, ...others);
        const { page, complaints } = await gateway.open({ colorScheme, viewport });
        await signUp(page);

        const check = async (what: string) => assert.deepEqual(await axeFindings(page), [], what);
        await page.getByRole('button', { name: 'Listen: holiday.mkv' }).click();
        await page.getByRole('slider').waitFor();
        await check('the list with a player');
        await page.getByRole('button', { name: 'Select several' }).click();
        await page.getByLabel('Select: holiday.mkv').check();
        await page.getByRole('button', { name: 'Delete: unlucky.avi' }).click();
        await check('a selection and a message');
        await page.getByRole('button', { name: 'Undo' }).click();
        await page.getByLabel('Search by name').fill('nothing like it');
        await page.getByText('No MP3 fits this search').waitFor();
        await check('nothing found');

        for (const { id } of [mp3, failed, converting]) {
          await page.evaluate(`location.hash = '#/jobs/${id}'`);
          await page.locator(`article.result`).waitFor();
          if (id === mp3.id) await page.getByRole('slider').waitFor();
          await check(`the page of a job`);
        }
        await page.getByRole('button', { name: 'Rename' }).click();
        await check('another name');
        assert.deepEqual(complaints, []);
      });
    }
  }
});
