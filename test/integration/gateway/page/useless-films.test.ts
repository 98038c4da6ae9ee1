import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { baseOf, type Job } from '../../../../services/shared/jobs/job.ts';
import { AppError } from '../../../../services/shared/runtime/errors.ts';
import { file, media, picture } from '../../../support/media.ts';
import { probeAnswer } from '../../../unit/gateway/client/test-probes.ts';
import { allAccepted, listJobs, openHome, startSharedPage } from './open-home.ts';
import { chooseFilms, convertButton, noisyFilm, packetSamples } from './page-films.ts';

const mute = () => media('mute.mp4', ...picture(1), '-c:v', 'libx264', '-preset', 'ultrafast');

describe('a file of which no MP3 can be made', async () => {
  const started = await startSharedPage();

  it('is said to have no sound, before it is sent', async (context) => {
    const { page, wire } = await openHome(started, context);
    const error = { code: 'no_audio', detail: 'the file has no sound' };
    started.probes.answer = () => probeAnswer({ tracks: [], error });
    await chooseFilms(page, await mute());
    await page.getByText('This film has no sound, so there is nothing to convert.').waitFor();
    assert.ok(await convertButton(page).isDisabled());
    assert.ok(!wire.sent().includes('POST /upload'));
    started.probes.answer = () => probeAnswer();
  });

  it('is said to be no film, and nothing of it is sent', async (context) => {
    const { page, wire } = await openHome(started, context);
    const secret = 'my diary of 26 November';
    await chooseFilms(page, await file('diary.txt', secret), await file('module.ts', `// ${secret}\n`));
    await page.getByText('This is no film, by its first bytes. Nothing of it was sent.').nth(1).waitFor();
    assert.ok(!wire.sent().includes(secret));
    await page.getByRole('button', { name: 'Look into it anyway' }).first().click();
    await page.getByText('This is no video or audio file.').waitFor();
  });

  it('is said to be empty, or too large', async (context) => {
    const { page } = await openHome(started, context);
    started.probes.answer = () => {
      throw new AppError('too_large', 'the file is too large');
    };
    await chooseFilms(page, await file('empty.mp4', ''), await noisyFilm());
    await page.getByText('This file is empty.').waitFor();
    await page.getByText('This film is larger than the server takes.').waitFor();
    started.probes.answer = () => probeAnswer();
  });

  it('is converted all the same beside it where others can be', async (context) => {
    const { page } = await openHome(started, context);
    await chooseFilms(page, await file('empty.mp4', ''), await noisyFilm());
    await convertButton(page).click();
    await page.getByText(/will be sent/).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Remove .*empty\.mp4/ }).click();
    await allAccepted(page);
    assert.equal((await listJobs(page)).length, 1);
  });
});

describe('a film whose sound alone could not be converted', async () => {
  const started = await startSharedPage();
  const failed = (job: Job): Job => ({
    ...baseOf(job),
    ...{ status: 'failed', progress: 0, error: { code: 'conversion_failed', detail: 'it is damaged' } },
  });

  it('is sent as a whole', async (context) => {
    const { page, wire } = await openHome(started, context);
    started.converter.run = async (job) => (job.source.original ? failed(job) : started.done(job));
    const film = await noisyFilm();
    await chooseFilms(page, film);
    // The sound is far smaller than that.
    const held = wire.holdAfter(1_500_000);
    await convertButton(page).click();
    await held;
    await page.getByText('Nothing could be made of the sound alone, so all of the film is sent.').waitFor();
    wire.release();
    await allAccepted(page);
    const [video] = await packetSamples(film, 'video');
    assert.ok(video && wire.sent().includes(video));
    assert.deepEqual((await listJobs(page)).map(({ status }) => status).sort(), ['done', 'failed']);
  });

  it('is asked for again where the page was loaded anew meanwhile', async (context) => {
    const { page } = await openHome(started, context);
    const { promise: isReloaded, resolve } = Promise.withResolvers<void>();
    started.converter.run = async (job) => {
      if (!job.source.original) return started.done(job);
      await isReloaded;
      return failed(job);
    };
    const film = await noisyFilm();
    await chooseFilms(page, film);
    await convertButton(page).click();
    await allAccepted(page);
    await page.reload();
    await page.getByRole('heading', { name: 'Drop films here' }).waitFor();
    resolve();
    await page.getByText('Choose the file again to go on.').waitFor();
    await page.locator('.film input[type=file]').setInputFiles(film);
    await allAccepted(page);
    assert.deepEqual((await listJobs(page)).map(({ status }) => status).sort(), ['done', 'failed']);
  });
});
