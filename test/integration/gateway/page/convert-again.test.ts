import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitFor } from '../../../support/wait.ts';
import { signUp, startPage } from './open-page.ts';
import { failedWith, ORIGINAL, ownMp3, putFilm, putJobs } from './put-jobs.ts';
import { focusedText } from './spoken.ts';

describe('converting a job again with other options', () => {
  it('starts with the options of the job, and keeps the MP3 until the new one is done', async (context) => {
    const gateway = await startPage(context);
    gateway.converter.run = async () => undefined;
    const job = await ownMp3(gateway, { filename: 'film.mp4', options: { bitrate: 192, title: 'A & B' } });
    await putJobs(gateway, job);
    await putFilm(gateway, job);
    const { page, complaints } = await gateway.open();
    await signUp(page);
    await page.getByRole('link', { name: 'film.mp4', exact: true }).click();
    const again = page.getByRole('button', { name: 'Convert again with other options' });
    await again.press('Enter');
    await page.getByRole('group', { name: 'Kind of MP3' }).waitFor();
    await waitFor('the focus', async () => (await focusedText(page)) === 'Convert again');

    // Nothing was changed.
    const convert = page.getByRole('button', { name: 'Convert', exact: true });
    await convert.click();
    await page.getByText('It is like this already').first().waitFor();
    await page.getByRole('radio', { name: 'Music' }).check();
    await convert.press('Enter');
    await page.getByText('The MP3 from before stays here until the new one is done.').waitFor();
    const { status, options } = (await gateway.jobs.get(job.id)).document;
    assert.deepEqual({ status, options }, { status: 'queued', options: { quality: 0, title: 'A & B' } });
    await page.getByRole('link', { name: 'Download' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    await waitFor('the focus', async () => (await focusedText(page)) === 'film.mp4');
    assert.deepEqual(
      complaints.filter((complaint) => !complaint.includes('409 (Conflict)')),
      [],
    );
  });

  it('opens the form at once when other options may help, and says what the film lacks', async (context) => {
    const gateway = await startPage(context);
    const failed = failedWith('too_long', 'film.mp4');
    const job = { ...failed, source: { ...failed.source, original: ORIGINAL } };
    await putJobs(gateway, job);
    await putFilm(gateway, job);
    const { page } = await gateway.open();
    await signUp(page);
    await page.getByRole('link', { name: 'Other options: film.mp4' }).click();
    await page.getByRole('button', { name: 'More options' }).click();
    await page.getByRole('combobox', { name: 'Cover' }).selectOption('frame');
    await page.getByRole('button', { name: 'Convert', exact: true }).click();
    await page.getByText('These options do not fit this film.').first().waitFor();
    assert.equal((await gateway.jobs.get(job.id)).document.status, 'failed');
  });
});
