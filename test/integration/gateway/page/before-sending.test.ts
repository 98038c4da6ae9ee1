import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { file, media } from '../../../support/media.ts';
import { sendParts } from '../../converter/probe/probed.ts';
import { openHome, startSharedPage } from './open-home.ts';
import { chooseFilms, convertButton, noisyFilm } from './page-films.ts';

describe('what the page says before a film is sent', async () => {
  const started = await startSharedPage();
  // A real converter looks at the films.
  started.probes.answer = async ({ options, size, head, tail, bytes }) =>
    (await sendParts({ options, size, head, tail }, bytes)).json;

  let film: Buffer;
  before(async () => {
    film = await readFile(await noisyFilm());
  });
  const cut = async (name: string, bytes: Buffer) =>
    file(name, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
  /** The same film in another container. */
  const remux = async (name: string) =>
    readFile(await media(name, '-i', await noisyFilm(), '-c', 'copy', '-fflags', '+bitexact'));

  it('is how large the MP3 will be, and it follows the options at once', async (context) => {
    const { page } = await openHome(started, context);
    await chooseFilms(page, await file('film.mp4', film));
    // Four seconds in mono at 48 kHz.
    await page.getByText(/MP3: about 5\d kB, less for speech/).waitFor();
    const asked = started.probes.asked.length;
    await page.getByRole('radio', { name: /^Podcast/ }).check();
    await page.getByText(/MP3: about 4[89](\.\d)? kB$/).waitFor();
    await page.getByText('Only a part, or another title').click();
    await page.getByLabel('End at').fill('2');
    await page.getByText(/MP3: about 2[45](\.\d)? kB$/).waitFor();
    assert.equal(started.probes.asked.length, asked, 'nobody has to be asked again');
  });

  it('is that the end of a film is missing, and what becomes of that', async (context) => {
    const { page, wire } = await openHome(started, context);
    const names = ['cut.mp4', 'cut.mkv'];
    await chooseFilms(page, await cut('cut.mp4', film), await cut('cut.mkv', await remux('whole.mkv')));
    const warning = page.getByText(
      'The end of this film is missing. The MP3 will have the sound up to there.',
    );
    await warning.nth(names.length - 1).waitFor();
    assert.equal(await page.getByText('MP3: about').count(), 0);
    await page.getByRole('button', { name: 'More options' }).click();
    await page.getByLabel('Fail where sound is missing').check();
    await page
      .getByText(/You have chosen that the conversion fails/)
      .nth(names.length - 1)
      .waitFor();
    assert.doesNotMatch(wire.sent().toString('latin1'), /POST \/uploads?\b/);
    await page.getByLabel('Fail where sound is missing').uncheck();
  });

  it('is that nothing can be made of an MP4 whose index is missing', async (context) => {
    const { page } = await openHome(started, context);
    await chooseFilms(page, await cut('no-index.mp4', await remux('index-at-the-end.mp4')));
    await page.getByText(/^The end of this file is missing, and with it/).waitFor();
    assert.ok(await convertButton(page).isDisabled());
  });

  it('is what a file is by its first bytes, whatever its name says', async (context) => {
    const { page, wire } = await openHome(started, context);
    const secret = 'dear diary, today I was at the sea';
    const tone = await readFile(await media('tone.wav', '-f', 'lavfi', '-i', 'sine=d=2'));
    const paths = [await file('holiday', film), await file('recording', tone), await file('song.txt', tone)];
    await chooseFilms(page, ...paths, await file('diary.mp4', secret));
    await page.getByText('This is no film, by its first bytes. Nothing of it was sent.').waitFor();
    await page.getByRole('button', { name: 'Convert 3 films' }).waitFor();
    assert.ok(!wire.sent().includes(secret));
  });

  it('warns of what will be done with surround sound, before there is an MP3', async (context) => {
    const { page } = await openHome(started, context);
    const surround = ['-f', 'lavfi', '-i', 'anoisesrc=d=2:r=48000', '-af', 'aformat=channel_layouts=5.1'];
    await chooseFilms(page, await media('surround.mka', ...surround, '-c:a', 'ac3'));
    await page.getByText('It will be mixed down, because an MP3 has two channels at most.').waitFor();
    // There is no picture that anybody could expect to stay here.
    assert.equal(await page.getByText('Its sound alone').count(), 0);
  });
});
