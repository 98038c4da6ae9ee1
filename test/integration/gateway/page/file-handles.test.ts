import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { waitFor } from '../../../support/wait.ts';
import { listJobs, openHome, startSharedPage } from './open-home.ts';
import { convertButton, dragFilms, longFilm, namesOfFilms } from './page-films.ts';

describe('a browser with file handles', async () => {
  const started = await startSharedPage();

  it('opens the file again by itself after a reload, and continues the upload', async (context) => {
    const { page, wire } = await openHome(started, context);
    const film = await readFile(await longFilm());
    await page.route('**/long.mkv', (route) => route.fulfill({ body: film }));
    // The private files of the page have real handles, for which nobody has to give permission.
    await page.evaluate(`(async () => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle('long.mkv', { create: true });
      const writable = await handle.createWritable();
      await (await fetch('/long.mkv')).body.pipeTo(writable);
      globalThis.showOpenFilePicker = async () => [handle];
    })()`);
    await page.getByRole('button', { name: 'Choose films' }).click();
    await page.getByText(/MB of .* will be sent/).waitFor();
    const held = wire.holdAfter(5 * 1024 ** 2);
    await convertButton(page).click();
    await held;
    page.on('dialog', (dialog) => void dialog.accept());
    const offset = page
      .waitForRequest((request) => request.method() === 'PATCH')
      .then((request) => Number(request.headers()['upload-offset']));
    await page.reload();
    await page.getByRole('heading', { name: 'Drop films here' }).waitFor();
    assert.ok((await offset) >= 1024 ** 2);
    await waitFor('the job', async () => (await listJobs(page)).length === 1);
  });

  it('takes the others where a chosen file cannot be read, and names that one', async (context) => {
    const { page } = await openHome(started, context);
    const film = await readFile(await longFilm('readable.mkv', 2));
    await page.route('**/readable.mkv', (route) => route.fulfill({ body: film }));
    await page.evaluate(`(async () => {
      const folder = await navigator.storage.getDirectory();
      const handles = [];
      for (const name of ['gone.mkv', 'readable.mkv']) {
        const handle = await folder.getFileHandle(name, { create: true });
        await (await fetch('/readable.mkv')).body.pipeTo(await handle.createWritable());
        handles.push(handle);
      }
      await folder.removeEntry('gone.mkv');
      globalThis.showOpenFilePicker = async () => handles;
    })()`);
    await page.getByRole('button', { name: 'Choose films' }).click();
    await page.locator('.toast').getByText('Could not be read, and left out: \u2068gone.mkv\u2069').waitFor();
    await page.getByText(/will be sent/).waitFor();
    assert.deepEqual(await namesOfFilms(page), ['readable.mkv']);
    assert.equal(await page.locator('.toast').count(), 1);
  });

  /** Begins to send the films, and loads the page anew meanwhile. They must go on without anybody choosing them again. */
  async function interrupt({ page, wire }: Awaited<ReturnType<typeof openHome>>): Promise<void> {
    const held = wire.holdAfter(2 * 1024 ** 2);
    await convertButton(page).click();
    await held;
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByRole('heading', { name: 'Drop films here' }).waitFor();
  }

  it('opens the films of a chosen folder again', async (context) => {
    const opened = await openHome(started, context);
    const { page } = opened;
    const film = await readFile(await longFilm('folder.mkv', 30));
    await page.route('**/folder.mkv', (route) => route.fulfill({ body: film }));
    await page.evaluate(`(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('films', { create: true });
      const below = await folder.getDirectoryHandle('below', { create: true });
      for (const [place, name] of [[folder, 'one.mkv'], [below, 'two.mkv'], [below, 'notes.txt']]) {
        const handle = await place.getFileHandle(name, { create: true });
        await (await fetch('/folder.mkv')).body.pipeTo(await handle.createWritable());
      }
      globalThis.showDirectoryPicker = async () => folder;
    })()`);
    await page.getByRole('button', { name: 'Choose a folder' }).click();
    await page.getByRole('button', { name: 'Convert 2 films' }).waitFor();
    await interrupt(opened);
    await waitFor('both jobs', async () => (await listJobs(page)).length === 2);
    const jobs = await listJobs(page);
    assert.deepEqual(
      jobs.map(({ filename }) => filename),
      ['one.mkv', 'two.mkv'],
    );
  });

  it('opens the films of a dropped folder again', async (context) => {
    const opened = await openHome(started, context);
    const { page } = opened;
    const folder = await mkdtemp(path.join(tmpdir(), 'dropped-folder-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    await copyFile(await longFilm('folder.mkv', 30), path.join(folder, 'dropped.mkv'));
    await (await dragFilms(page, folder))();
    await page.getByRole('button', { name: 'Convert', exact: true }).waitFor();
    await interrupt(opened);
    await waitFor('the job', async () => (await listJobs(page)).length === 1);
  });
});
