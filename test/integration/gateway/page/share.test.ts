import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { serviceWorkerOf, shareFilms, waitingShares } from './installed-page.ts';
import { allAccepted, listJobs, openHome, startSharedPage } from './open-home.ts';
import { signUp } from './open-page.ts';
import { convertButton, longFilm, namesOfFilms, noisyFilm } from './page-films.ts';

/** A page of another site. @param policy of its `Referrer-Policy`: with `no-referrer`, a browser does not tell its origin */
async function otherSite(context: TestContext, policy: string, host = '127.0.0.1'): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').setHeader('Referrer-Policy', policy);
    response.end('<!doctype html><title>Another site</title><iframe name="frame"></iframe>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

describe('sharing films with the page', async () => {
  const started = await startSharedPage();

  it('puts them where films are dropped, once, and sends none of them by itself', async (context) => {
    const { page, complaints, origins, wire } = await openHome(started, context);
    await serviceWorkerOf(page);
    const films = [await noisyFilm('small.mp4', 1), await noisyFilm('Fílm "two".mp4', 2)];
    await shareFilms(page, films);
    await page.getByRole('button', { name: 'Convert 2 films' }).waitFor();
    assert.deepEqual(
      await namesOfFilms(page),
      films.map((film) => path.basename(film)),
    );
    assert.equal(page.url(), `${wire.url}/`);
    assert.deepEqual([await waitingShares(page), await listJobs(page)], [[], []]);
    await page.reload();
    await page.getByRole('heading', { name: 'Drop films here' }).waitFor();
    assert.deepEqual(await namesOfFilms(page), []);
    assert.deepEqual(complaints, []);
    assert.deepEqual([...origins].sort(), [started.url, wire.url].sort());
  });

  it('lets a film be converted that was shared, of which the browser keeps nothing', async (context) => {
    const { page } = await openHome(started, context);
    await serviceWorkerOf(page);
    const film = await longFilm();
    await shareFilms(page, [film]);
    await page.getByText(/MB of .* will be sent/).waitFor();
    assert.deepEqual(await waitingShares(page), []);
    await convertButton(page).click();
    await allAccepted(page);
    const [job] = await listJobs(page);
    assert.equal(job?.filename, path.basename(film));
    assert.equal(job?.source.original?.size, statSync(film).size);
  });

  it('keeps a film until somebody signs in, also when the page is loaded again', async (context) => {
    const { page } = await started.open();
    context.after(() => page.context().close());
    await serviceWorkerOf(page);
    const film = await noisyFilm('small.mp4', 1);
    await shareFilms(page, [film]);
    await page.getByText('Sign in or create an account. Your films are next.').first().waitFor();
    await page.reload();
    assert.equal((await waitingShares(page)).length, 2);
    await signUp(page, { email: 'shared@example.com', password: 'open sésame' });
    await page.getByText(/will be sent/).waitFor();
    assert.deepEqual(await namesOfFilms(page), [path.basename(film)]);
    assert.deepEqual(await waitingShares(page), []);
  });

  it('gives a film to one of several tabs', async (context) => {
    const { page } = await started.open();
    context.after(() => page.context().close());
    await serviceWorkerOf(page);
    await shareFilms(page, [await noisyFilm('small.mp4', 1)]);
    await page.getByText('Sign in or create an account. Your films are next.').first().waitFor();
    const other = await page.context().newPage();
    await other.goto(started.url);
    await signUp(page, { email: 'two-tabs@example.com', password: 'open sésame' });
    await other.getByRole('link', { name: 'Account' }).waitFor();
    await Promise.any([page, other].map((tab) => tab.getByText(/will be sent/).waitFor()));
    assert.equal([...(await namesOfFilms(page)), ...(await namesOfFilms(other))].length, 1);
  });

  it('keeps three at most, and none for longer than an hour', async (context) => {
    const { page } = await started.open();
    context.after(() => page.context().close());
    await serviceWorkerOf(page);
    const film = await noisyFilm('small.mp4', 1);
    for (let round = 0; round < 5; round += 1) await shareFilms(page, [film]);
    const complete = (await waitingShares(page)).filter((entry) => !/\/\d+$/.test(entry));
    assert.deepEqual([complete.length, (await waitingShares(page)).length], [3, 6]);
    await page.clock.setSystemTime(Date.now() + 3_590_000);
    await page.goto(`${started.url}/#/shared`);
    await page.reload();
    await page.getByText('Sign in or create an account. Your films are next.').first().waitFor();
    assert.equal((await waitingShares(page)).length, 6);
    await page.clock.setSystemTime(Date.now() + 3_610_000);
    await page.reload();
    await waitFor('the end of all shares', async () => (await waitingShares(page)).length === 0);
  });

  it('says that nothing arrived where there is no service worker', async (context) => {
    const { page, complaints } = await started.open({ serviceWorkers: 'block' });
    context.after(() => page.context().close());
    await shareFilms(page, [await noisyFilm('small.mp4', 1)]);
    await page.locator('.toast').getByText('What was shared did not arrive.').waitFor();
    assert.equal(page.url(), `${started.url}/`);
    assert.deepEqual(complaints, []);
  });

  it('takes nothing that a page of another site sends', async (context) => {
    // Nobody is signed in, so that everything that was kept stays there.
    const { page } = await started.open();
    context.after(() => page.context().close());
    await serviceWorkerOf(page);
    const foreign = await page.context().newPage();
    await foreign.goto(await otherSite(context, 'unsafe-url'));
    await shareFilms(foreign, [await noisyFilm('foreign.mp4', 1)], { url: started.url });
    await foreign.waitForURL(`${started.url}/`);
    assert.deepEqual(await waitingShares(page), []);
    await shareFilms(page, [await noisyFilm('small.mp4', 1)]);
    assert.equal((await waitingShares(page)).length, 2);
  });

  it('lets a film of a page that hides its origin wait as if it had been dropped', async (context) => {
    const { page } = await openHome(started, context);
    await serviceWorkerOf(page);
    const foreign = await page.context().newPage();
    await foreign.goto(await otherSite(context, 'no-referrer'));
    await shareFilms(foreign, [await noisyFilm('small.mp4', 1)], { url: new URL(page.url()).origin });
    await convertButton(foreign).waitFor();
    assert.deepEqual(await listJobs(page), []);
  });

  it('takes nothing in a frame of another site', async (context) => {
    const { page } = await openHome(started, context);
    await serviceWorkerOf(page);
    // To another port of the same host, a browser gives the same worker, also in a frame.
    const foreign = await page.context().newPage();
    await foreign.goto(await otherSite(context, 'no-referrer', 'localhost'));
    const url = new URL(page.url()).origin;
    await shareFilms(foreign, [await noisyFilm('foreign.mp4', 1)], { url, target: 'frame' });
    await foreign.close();
    await onlyOwnFilmArrives(page);
  });
});

/** Shares a film. What was kept before would arrive with it. */
async function onlyOwnFilmArrives(page: Page): Promise<void> {
  const film = await noisyFilm('small.mp4', 1);
  await shareFilms(page, [film]);
  await convertButton(page).waitFor();
  assert.deepEqual(await namesOfFilms(page), [path.basename(film)]);
  assert.deepEqual(await waitingShares(page), []);
}
