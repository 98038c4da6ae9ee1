import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { waitFor } from '../../../support/wait.ts';
import { listJobs, openHome, startSharedPage } from './open-home.ts';
import { convertButton, longFilm } from './page-films.ts';

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
});
