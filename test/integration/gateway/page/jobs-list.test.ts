import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { waitFor } from '../../../support/wait.ts';
import { signUp, startPage } from './open-page.ts';
import { failedWith, ownJob, ownMp3, putFilm, putJobs } from './put-jobs.ts';
import { focusedText, listen } from './spoken.ts';

describe('the list of jobs', () => {
  it('shows each status in words, with the possible actions', async (context) => {
    const gateway = await startPage(context);
    const warnings = [{ code: 'truncated', detail: 'x', seconds: 5, of_seconds: 9 }];
    await putJobs(
      gateway,
      ownJob({ status: 'queued', filename: 'waiting.mov' }),
      ownJob({ status: 'converting', progress: 0.42, eta_seconds: 75, filename: 'lecture.mp4' }),
      await ownMp3(gateway, { filename: 'holiday.mkv', warnings }),
      failedWith('no_audio', 'silent.mp4'),
      failedWith('unknown_track', 'choice.mkv'),
      failedWith('gave_up', 'unlucky.avi'),
      ownJob({ status: 'cancelled', filename: 'stopped.mp4' }),
    );
    const { page, complaints } = await gateway.open();
    await signUp(page);

    const EXPECTED: [name: string, texts: string[], actions: string[]][] = [
      ['waiting.mov', ['Waiting', 'Waiting for a converter. None is running at the moment.'], ['Cancel']],
      ['lecture.mp4', ['Converting', '42% converted, about 1 minute left'], ['Cancel']],
      ['holiday.mkv', ['Done', '0:20 · ', 'Sound is missing'], ['Listen', 'Download', 'Delete']],
      [
        'silent.mp4',
        ['Failed', 'This film has no sound.', 'Check that the right file was sent.'],
        ['Delete'],
      ],
      ['choice.mkv', ['Convert it again with another track.'], ['Other options', 'Delete']],
      ['unlucky.avi', ['The film is not to blame.', 'Try again in a while.'], ['Convert again', 'Delete']],
      ['stopped.mp4', ['Cancelled'], ['Convert again', 'Delete']],
    ];
    for (const [name, texts, actions] of EXPECTED) {
      const row = page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) });
      for (const text of texts) await row.getByText(text).first().waitFor();
      const controls = await row.locator('button, a.button').all();
      const names = await Promise.all(controls.map((control) => control.getAttribute('aria-label')));
      assert.deepEqual(
        names,
        actions.map((action) => `${action}: ${name}`),
      );
    }
    const bar = page.getByRole('progressbar', { name: 'Progress of lecture.mp4' });
    assert.equal(await bar.getAttribute('value'), '0.42');
    assert.deepEqual(complaints, []);
  });

  it('shows hostile names as text, in their own direction, and never wider than the page', async (context) => {
    const gateway = await startPage(context);
    const names = [
      '<img src=x onerror=alert(1)>.mp4',
      `${'W'.repeat(196)}.mp4`,
      'שיר של קיץ.mp4',
      '{name} {count} &amp; __proto__.mp4',
    ];
    // The gateway cleans names when they are sent. An earlier release may have stored this one.
    const backwards = 'film\u202e4pm.exe';
    const jobs = [...names, backwards].map((filename) => ownJob({ status: 'cancelled', filename }));
    await putJobs(gateway, ...jobs);
    const { page, complaints } = await gateway.open({ viewport: { width: 320, height: 700 } });
    await signUp(page);
    await page.getByRole('heading', { level: 3 }).first().waitFor();
    assert.deepEqual(await page.getByRole('heading', { level: 3 }).allTextContents(), [
      ...names,
      'film4pm.exe',
    ]);
    assert.equal(await page.locator('img').count(), 0);
    const widest = await page.evaluate('document.documentElement.scrollWidth');
    assert.equal(widest, 320);
    await page.getByRole('button', { name: `Delete: ${names[0]}` }).click();
    await page.getByText(`${names[0]} was deleted.`).first().waitFor();
    assert.deepEqual(complaints, []);
  });

  it('cancels and retries a job, announces start, quarters and end, and keeps the focus', async (context) => {
    const gateway = await startPage(context);
    const { jobs, converter, done } = gateway;
    const job = ownJob({ status: 'queued', filename: 'film.mp4' });
    await putJobs(gateway, job);
    await putFilm(gateway, job);
    converter.run = async () => undefined;
    const { page, complaints } = await gateway.open();
    await signUp(page);
    const spoken = await listen(page);
    await page.getByRole('button', { name: 'Cancel: film.mp4' }).press('Enter');
    const again = page.getByRole('button', { name: 'Convert again: film.mp4' });
    await again.waitFor();
    assert.equal(await focusedText(page), 'film.mp4', 'the button that had the focus is gone');
    await again.press('Enter');
    await page.getByRole('button', { name: 'Cancel: film.mp4' }).waitFor();

    const convert = (progress: number) =>
      jobs.update(
        job.id,
        (current) =>
          ({
            ...(current as Job),
            ...{ status: 'converting', progress, eta_seconds: null, attemptId: 'a' },
            updated_at: new Date().toISOString(),
          }) as Job,
      );
    for (const progress of [0.1, 0.3, 0.35, 0.8]) {
      await convert(progress);
      await page.getByText(`${progress * 100}% converted`, { exact: true }).waitFor();
    }
    const ended = await done((await jobs.find(job.id)) as Job);
    await jobs.update(job.id, () => ({ ...ended, updated_at: new Date().toISOString() }));
    await page.getByRole('link', { name: 'Download: film.mp4' }).waitFor();
    assert.deepEqual(await spoken(), [
      'film.mp4 was cancelled.',
      'film.mp4 is being converted.',
      'film.mp4: 25% converted.',
      'film.mp4: 75% converted.',
      'film.mp4 is done.',
    ]);
    assert.deepEqual(complaints, []);
  });

  it('adds a job that another device sent, and removes one that it deleted', async (context) => {
    const gateway = await startPage(context);
    gateway.converter.run = async () => undefined;
    const { page } = await gateway.open();
    await signUp(page);
    await page.getByText('Nothing here yet').waitFor();
    const job = ownJob({ status: 'queued', filename: 'elsewhere.mp4' });
    await putJobs(gateway, job);
    await page.getByRole('link', { name: 'elsewhere.mp4' }).waitFor();
    await gateway.changes.delete(job);
    await page.getByText('Nothing here yet').waitFor();
  });

  it('filters by name and status, and loads further pages on demand', async (context) => {
    const gateway = await startPage(context);
    const many = Array.from({ length: 45 }, (_, at) =>
      ownJob({ status: at === 40 ? 'failed' : 'cancelled', filename: `film ${at}.mp4` }),
    );
    await putJobs(gateway, ...many);
    const { page, complaints } = await gateway.open();
    await signUp(page);
    const shown = () => page.getByRole('heading', { level: 3 }).allTextContents();
    const waitForShown = (names: string[]) =>
      waitFor(`${names.length} jobs`, async () => (await shown()).join() === names.join());
    const names = many.map(({ filename }) => filename);
    await waitForShown(names.slice(0, 20));
    for (const count of [40, 45]) {
      await page.getByRole('button', { name: 'Show more' }).press('Enter');
      await waitForShown(names.slice(0, count));
    }
    assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0);
    assert.equal(await focusedText(page), 'film 40.mp4', 'the button that had the focus is gone');

    await page.getByRole('combobox', { name: 'Show' }).selectOption('Failed');
    await waitForShown(['film 40.mp4']);
    await page.getByRole('combobox', { name: 'Show' }).selectOption('All');
    await page.getByLabel('Search by name').fill(' FÍLM 4');
    await waitForShown([
      'film 4.mp4',
      'film 40.mp4',
      'film 41.mp4',
      'film 42.mp4',
      'film 43.mp4',
      'film 44.mp4',
    ]);
    await page.getByLabel('Search by name').fill('nothing like it');
    await page.getByText('No MP3 fits this search').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await waitForShown(names.slice(0, 20));
    assert.deepEqual(complaints, []);
  });

  it('says that the list could not be loaded, and loads it on request', async (context) => {
    const gateway = await startPage(context);
    await putJobs(gateway, ownJob({ status: 'cancelled', filename: 'film.mp4' }));
    const { page } = await gateway.open();
    await page.route('**/jobs?**', (route) => route.abort());
    await signUp(page);
    await page.getByRole('alert').filter({ hasText: 'The server does not answer.' }).waitFor();
    await page.unroute('**/jobs?**');
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await page.getByRole('link', { name: 'film.mp4' }).waitFor();
    await waitFor('the focus', async () => (await focusedText(page)) === 'film.mp4');
  });
});
