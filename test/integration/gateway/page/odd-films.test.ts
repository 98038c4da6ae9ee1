import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { allAccepted, listJobs, openHome, startSharedPage } from './open-home.ts';
import { convertButton, dragFilms, namesOfFilms, noisyFilm, pasteFilm } from './page-films.ts';

const MANY = 100;
/** A page that looks at many films in one go does nothing else for the whole time. This is the share of it that one block may have. */
const MAX_BLOCK = 1 / 3;

async function folderOf(context: TestContext, ...names: string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'odd-films-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const film = await noisyFilm('small.mp4', 1);
  for (const name of names) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await copyFile(film, path.join(folder, name));
  }
  return folder;
}

/** Measures the longest time for which the page can do nothing else, as a share of all the time since then. */
async function watchBlocks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(`{
    const start = performance.now();
    let last = start;
    globalThis.longestBlock = 0;
    globalThis.watchedSince = start;
    setInterval(() => {
      const now = performance.now();
      globalThis.longestBlock = Math.max(globalThis.longestBlock, now - last);
      last = now;
    }, 10);
  }`);
  return () => page.evaluate('globalThis.longestBlock / (performance.now() - globalThis.watchedSince)');
}

const isTooWide = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe('odd films on the page', async () => {
  const started = await startSharedPage();

  it('may be many: the page answers meanwhile, and its button stays near', async (context) => {
    const { page, complaints } = await openHome(started, context);
    const names = Array.from({ length: MANY }, (_, place) => `Film ${place}.mp4`);
    const folder = await folderOf(context, ...names);
    const longestBlock = await watchBlocks(page);
    await (await dragFilms(page, folder))();
    const button = page.getByRole('button', { name: `Convert ${MANY} films` });
    await button.waitFor();
    const share = await longestBlock();
    assert.ok(share < MAX_BLOCK, `${share} of the time`);
    assert.equal(started.probes.asked.length, MANY, 'each film is looked at once');
    assert.equal((await namesOfFilms(page)).length, 10);
    await page.getByRole('button', { name: `Show all (${MANY})` }).click();
    assert.equal((await namesOfFilms(page)).length, MANY);
    await page.getByRole('button', { name: 'Remove all' }).click();
    await page.locator('.film').first().waitFor({ state: 'detached' });
    await waitFor('the focus', () => page.evaluate("document.activeElement.id === 'choose-films'"));
    assert.deepEqual(complaints, []);
  });

  it('may have names that are long, or written from right to left', async (context) => {
    const { page, complaints } = await openHome(started, context, { viewport: { width: 320, height: 700 } });
    const film = await noisyFilm('small.mp4', 1);
    const long = `${'x'.repeat(300)}.mp4`;
    await pasteFilm(page, long, film);
    await pasteFilm(page, 'فيلم العطلة \u202egpj.mp4', film);
    await page.getByRole('button', { name: 'Convert 2 films' }).waitFor();
    assert.deepEqual(await namesOfFilms(page), [long, 'فيلم العطلة gpj.mp4']);
    assert.ok(!(await isTooWide(page)));
    await convertButton(page).click();
    await allAccepted(page);
    assert.ok(!(await isTooWide(page)));
    assert.equal((await listJobs(page)).length, 2);
    assert.deepEqual(complaints, []);
  });

  it('may have the same name, and each becomes an MP3', async (context) => {
    const { page } = await openHome(started, context);
    await pasteFilm(page, 'same.mp4', await noisyFilm('small.mp4', 1));
    await pasteFilm(page, 'same.mp4', await noisyFilm('another.mp4', 2));
    await page.getByRole('button', { name: 'Convert 2 films' }).waitFor();
    await convertButton(page).click();
    await allAccepted(page);
    assert.deepEqual(
      (await listJobs(page)).map(({ filename }) => filename),
      ['same.mp4', 'same.mp4'],
    );
  });

  it('may be a folder with the name of a film', async (context) => {
    const { page } = await openHome(started, context);
    const folder = await folderOf(context, 'film.mp4/inner.mp4', 'film.mp4/GOPR0001');
    await (await dragFilms(page, path.join(folder, 'film.mp4')))();
    await page.getByRole('button', { name: 'Convert 2 films' }).waitFor();
    assert.deepEqual(await namesOfFilms(page), ['GOPR0001', 'inner.mp4']);
  });
});
