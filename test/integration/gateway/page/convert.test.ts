import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { waitFor } from '../../../support/wait.ts';
import { allAccepted, listJobs, openHome, startSharedPage } from './open-home.ts';
import { chooseFilms, convertButton, noisyFilm, packetSamples } from './page-films.ts';

const byTitle = (a: { title?: string }, b: { title?: string }) =>
  (a.title ?? '').localeCompare(b.title ?? '');

describe('converting on the page', async () => {
  const started = await startSharedPage();

  it('shows what a film is and what will be sent, and sends no part of its picture', async (context) => {
    const { page, complaints, wire } = await openHome(started, context);
    const film = await noisyFilm();
    const { size } = await stat(film);
    await chooseFilms(page, film);
    await page.getByText(/kB of .* MB will be sent/).waitFor();
    await page.getByText('1:00').waitFor();
    await page.getByText('has a cover').waitFor();
    assert.equal(started.probes.asked.length, 1);
    await convertButton(page).click();
    await allAccepted(page);
    const sent = wire.sent();
    const [video, audio] = [await packetSamples(film, 'video'), await packetSamples(film, 'audio')];
    assert.ok(video.length > 50 && audio.length > 50);
    assert.equal(audio.filter((sample) => !sent.includes(sample)).length, 0, 'all of the sound is sent');
    assert.equal(video.filter((sample) => sent.includes(sample)).length, 0, 'nothing of the picture is sent');
    assert.ok(sent.length < size / 4, `${sent.length} of ${size} bytes`);
    assert.deepEqual(complaints, []);
  });

  it('sends the whole film when the user asks for it, and remembers that for the next film', async (context) => {
    const { page, complaints, wire } = await openHome(started, context);
    const film = await noisyFilm();
    await chooseFilms(page, film);
    await page.getByText(/will be sent/).waitFor();
    await page.getByRole('radio', { name: /^Podcast/ }).check();
    await page.getByRole('button', { name: 'More options' }).click();
    await page.getByLabel('Send the whole film').check();
    await page.getByText(/^All .* MB will be sent/).waitFor();
    await convertButton(page).click();
    await allAccepted(page);
    const video = await packetSamples(film, 'video');
    const sent = wire.sent();
    const missing = video.filter((sample) => !sent.includes(sample)).length;
    assert.ok(missing < 4, 'all but the samples that two requests share');
    await page.reload();
    await chooseFilms(page, await noisyFilm('another.mp4', 2));
    await page.getByText(/^All .* will be sent/).waitFor();
    assert.ok(await page.getByRole('radio', { name: /^Podcast/ }).isChecked());
    assert.deepEqual(complaints, []);
  });

  it('sends the common options together with those of each film', async (context) => {
    const { page } = await openHome(started, context);
    await chooseFilms(page, await noisyFilm(), await noisyFilm('another.mp4', 2));
    await page.getByRole('button', { name: 'Convert 2 films' }).waitFor();
    await page.getByRole('radio', { name: /^Small/ }).check();
    await page.getByText('Only a part, or another title').first().click();
    await page.getByLabel('Title').first().fill('First');
    await page.getByLabel('End at').first().fill('0:03');
    await page.getByLabel('Sound track').last().selectOption({ index: 0 });
    await page.getByRole('button', { name: 'Convert 2 films' }).click();
    await allAccepted(page);
    // The films are sent at the same time, so either may be the first in the list.
    const options = (await listJobs(page)).map((job) => job.options).toSorted(byTitle);
    const small = { bitrate: 48, sample_rate: 24_000, channels: 1 };
    assert.deepEqual(options, [
      { ...small, track: 1 },
      { ...small, end: 3, title: 'First' },
    ]);
  });

  it('sends nothing while an option is wrong, and moves the focus to it', async (context) => {
    const { page, wire } = await openHome(started, context);
    await chooseFilms(page, await noisyFilm());
    await page.getByText('Only a part, or another title').click();
    await page.getByLabel('Begin at').fill('2:00');
    await page.getByText('The film is shorter than that.').waitFor();
    const before = wire.sent().length;
    await page.keyboard.press('Tab');
    await convertButton(page).click();
    await waitFor('the focus', () => page.evaluate("document.activeElement.value === '2:00'"));
    assert.equal(wire.sent().length, before);
    await page.getByLabel('Begin at').fill('0:01');
    await convertButton(page).click();
    await allAccepted(page);
    assert.deepEqual(
      (await listJobs(page)).map(({ options }) => options),
      [{ quality: 2, start: 1 }],
    );
  });
});
