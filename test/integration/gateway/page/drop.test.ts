import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openHome, startSharedPage } from './open-home.ts';
import { signUp } from './open-page.ts';
import { dragFilms, namesOfFilms, noisyFilm, pasteFilm } from './page-films.ts';

/** A folder of films, with other files in it and in a folder below. */
async function filmFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'page-films-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const film = await noisyFilm('small.mp4', 1);
  await mkdir(path.join(folder, 'below'));
  for (const name of ['Film 10.mp4', 'Film 9.mp4', 'below/Ünder.mkv', '.hidden.mp4']) {
    await copyFile(film, path.join(folder, name));
  }
  for (const name of ['notes.txt', 'ready.mp3']) await writeFile(path.join(folder, name), 'text');
  return folder;
}

describe('dropping films on the page', async () => {
  const started = await startSharedPage();

  it('shows where to drop while films are dragged over the window, and accepts them anywhere', async (context) => {
    const { page, complaints } = await openHome(started, context);
    const drop = await dragFilms(page, await noisyFilm('small.mp4', 1));
    await page.getByText('Drop them anywhere').waitFor();
    await drop();
    await page.getByText('Drop them anywhere').waitFor({ state: 'hidden' });
    await page.getByText(/will be sent/).waitFor();
    assert.match((await namesOfFilms(page)).join(), /small\.mp4$/);
    assert.deepEqual(complaints, []);
  });

  it('accepts the films of a dropped folder and of its subfolders', async (context) => {
    const { page, complaints } = await openHome(started, context);
    const drop = await dragFilms(page, await filmFolder(context));
    await drop();
    await page.getByRole('button', { name: 'Convert 3 films' }).waitFor();
    assert.deepEqual(await namesOfFilms(page), ['Ünder.mkv', 'Film 9.mp4', 'Film 10.mp4']);
    assert.deepEqual(complaints, []);
  });

  it('accepts a folder from the file dialog', async (context) => {
    const { page } = await openHome(started, context);
    await page.locator('input[webkitdirectory]').setInputFiles(await filmFolder(context));
    await page.getByRole('button', { name: 'Convert 3 films' }).waitFor();
    assert.deepEqual((await namesOfFilms(page)).sort(), ['Film 10.mp4', 'Film 9.mp4', 'Ünder.mkv']);
  });

  it('accepts a pasted film', async (context) => {
    const { page } = await openHome(started, context);
    await pasteFilm(page, 'Pasted <b>film</b>.mp4', await noisyFilm('small.mp4', 1));
    await page.getByText(/will be sent/).waitFor();
    assert.deepEqual(await namesOfFilms(page), ['Pasted <b>film</b>.mp4']);
  });

  it('keeps films that are dropped before the user signs in', async () => {
    const { page } = await started.open();
    const drop = await dragFilms(page, await noisyFilm('small.mp4', 1));
    await drop();
    await page.getByText('Sign in or create an account. Your films are next.').first().waitFor();
    await signUp(page);
    await page.getByText(/will be sent/).waitFor();
  });
});
