import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { allAccepted, listJobs, openHome, type StartedPage, startSharedPage } from './open-home.ts';
import { signOut, signUp } from './open-page.ts';
import { chooseFilms, convertButton, longFilm } from './page-films.ts';

const MEBIBYTE = 1024 ** 2;

/** The offsets at which the page has sent parts of films. */
function recordOffsets(page: Page): number[] {
  const offsets: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
  });
  return offsets;
}

/** Begins to send a long film, of which some MiB arrive before its connection is held up. */
async function beginLongFilm(started: StartedPage, context: TestContext) {
  const home = await openHome(started, context);
  const film = await longFilm();
  await chooseFilms(home.page, film);
  await home.page.getByText(/MB of .* will be sent/).waitFor();
  const held = home.wire.holdAfter(5 * MEBIBYTE);
  await convertButton(home.page).click();
  await held;
  await home.page.getByText(/^[1-9].* of .* sent$/).waitFor();
  return { ...home, film };
}

/** The offsets in their order, each once. */
const partsOf = (offsets: readonly number[]) => [...new Set(offsets)].toSorted((a, b) => a - b);

describe('an upload by the page', async () => {
  const started = await startSharedPage();

  it('can be paused, and continues where it stopped', async (context) => {
    const { page, complaints } = await beginLongFilm(started, context);
    const offsets = recordOffsets(page);
    await page.getByRole('button', { name: /^Pause/ }).click();
    await page.getByText(/^Paused: [1-9]\d?% sent$/).waitFor();
    await page.getByRole('button', { name: /^Go on/ }).click();
    await allAccepted(page);
    assert.ok((partsOf(offsets)[0] ?? 0) >= MEBIBYTE, `goes on at ${offsets[0]}`);
    assert.equal((await listJobs(page)).length, 1);
    assert.deepEqual(complaints, []);
  });

  it('continues after a reload, once the user chooses the same file again', async (context) => {
    const { page, film } = await beginLongFilm(started, context);
    const offsets = recordOffsets(page);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText(/^[1-9]\d?% sent. Choose the file again to go on.$/).waitFor();
    const other = await otherFile(context, film);
    const again = page.locator('.film input[type=file]');
    await again.setInputFiles(other);
    await page
      .getByText(/^That is another file/)
      .first()
      .waitFor();
    await again.setInputFiles(film);
    await allAccepted(page);
    assert.ok((partsOf(offsets)[0] ?? 0) >= MEBIBYTE, `goes on at ${offsets[0]}`);
    const [job, ...others] = await listJobs(page);
    assert.deepEqual(others, []);
    assert.equal(job?.source.original?.size, (await stat(film)).size);
  });

  it('continues after a reload, when the user drops the file again among others', async (context) => {
    const { page, film } = await beginLongFilm(started, context);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText(/Choose the file again to go on/).waitFor();
    await chooseFilms(page, film);
    await allAccepted(page);
    assert.equal((await listJobs(page)).length, 1);
  });

  it('continues by itself when the connection is back', async (context) => {
    const { page, wire } = await beginLongFilm(started, context);
    const offsets = recordOffsets(page);
    wire.cut();
    await page.getByText('No connection. It goes on by itself once there is one.').waitFor();
    wire.release();
    await allAccepted(page);
    assert.ok((partsOf(offsets)[0] ?? 0) >= MEBIBYTE);
  });

  it('is deleted on the server as well when the user removes the film', async (context) => {
    const { page } = await beginLongFilm(started, context);
    await page.getByRole('button', { name: /^Pause/ }).click();
    const deleted = page.waitForRequest((request) => request.method() === 'DELETE');
    await page.getByRole('button', { name: /^Remove/ }).click();
    const response = await (await deleted).response();
    assert.equal(response?.status(), 204);
    await waitFor('the focus', () => page.evaluate("document.activeElement.id === 'choose-films'"));
    await waitFor('an empty storage', () =>
      page.evaluate('!Object.keys(localStorage).some((key) => /film|upload/.test(key))'),
    );
  });

  it('asks for confirmation before the user leaves the page during an upload', async (context) => {
    const { page } = await beginLongFilm(started, context);
    const asked = page.waitForEvent('dialog');
    const left = page.reload().catch(() => undefined);
    const dialog = await asked;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.accept();
    await left;
  });

  it('waits while the user has to sign in again, and then continues', async (context) => {
    const { page, wire, user } = await beginLongFilm(started, context);
    started.auth.endSessions();
    wire.release();
    await page.getByRole('heading', { name: 'Your session has ended.' }).waitFor();
    await page.getByLabel('Password').fill(user.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('link', { name: 'Account' }).waitFor();
    await allAccepted(page);
    assert.equal((await listJobs(page)).length, 1);
  });

  it('is not visible to another account', async (context) => {
    const { page, film } = await beginLongFilm(started, context);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText(/Choose the file again to go on/).waitFor();
    await signOut(page);
    await signUp(page, { email: 'bob@example.com', password: 'another one' });
    await page.getByRole('link', { name: 'mp3converter' }).click();
    await page.getByRole('heading', { name: 'Drop films here' }).waitFor();
    assert.equal(await page.getByText(path.basename(film)).count(), 0);
  });
});

/** A file with the name of the film, and another time of change. */
async function otherFile(context: TestContext, film: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'page-other-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const other = path.join(folder, path.basename(film));
  await copyFile(film, other);
  await utimes(other, 1, 1);
  return other;
}
