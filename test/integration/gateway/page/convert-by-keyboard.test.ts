import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { allAccepted, listJobs, openHome, startSharedPage } from './open-home.ts';
import { noisyFilm } from './page-films.ts';

const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const { activeElement: element } = document;
    return element.getAttribute('aria-label') ?? (element.labels?.[0] ?? element).textContent.trim();
  })()`);

/** Presses Tab until the focus is on the control of this name. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (name.test(now)) return;
    seen.push(now);
  }
  assert.fail(`no Tab leads to ${name}: ${seen.join(' | ')}`);
}

describe('converting on the page by keyboard', async () => {
  const started = await startSharedPage();

  it('chooses a film and options and converts it, without losing the focus', async (context) => {
    const { page, complaints } = await openHome(started, context);
    // With handles of files, the browser has a dialog of its own that no test can answer.
    await page.evaluate('delete globalThis.showOpenFilePicker');
    const chooser = page.waitForEvent('filechooser');
    await tabTo(page, /^Choose films$/);
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(await noisyFilm());
    await page.getByText(/will be sent/).waitFor();
    await tabTo(page, /^Standard/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.match(await focused(page), /^Podcast/);
    await tabTo(page, /^More options$/);
    await page.keyboard.press('Enter');
    await tabTo(page, /^Artist/);
    await page.keyboard.type('Ann');
    await tabTo(page, /^Convert$/);
    await page.keyboard.press('Enter');
    await allAccepted(page);
    const [job] = await listJobs(page);
    assert.deepEqual(job?.options, { bitrate: 96, channels: 1, normalize: -16, artist: 'Ann' });
    await waitFor('a focus', () => page.evaluate('document.activeElement !== document.body'));
    assert.deepEqual(complaints, []);
  });

  it('moves the focus to the next film when one is removed', async (context) => {
    const { page } = await openHome(started, context);
    await page
      .locator('input[type=file][multiple]')
      .setInputFiles([await noisyFilm(), await noisyFilm('another.mp4', 2)]);
    await page.getByRole('button', { name: 'Convert 2 films' }).waitFor();
    await tabTo(page, /^Remove .*film\.mp4$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Convert', exact: true }).waitFor();
    await waitFor('the focus', async () => /another\.mp4$/.test(await focused(page)));
    await page.keyboard.press('Enter');
    await page.locator('.film').waitFor({ state: 'detached' });
    await waitFor('the focus', async () => (await focused(page)) === 'Choose films');
  });
});
