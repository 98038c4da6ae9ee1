import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allAccepted, listJobs, openHome, startSharedPage } from './open-home.ts';
import { chooseFilms, convertButton, longFilm } from './page-films.ts';

const MEBIBYTE = 1024 ** 2;

describe('two tabs with the page', async () => {
  const started = await startSharedPage();

  /** A tab that sends a film, whose connection is held up, and another tab of the same browser. */
  async function openTwo(context: Parameters<typeof openHome>[1]) {
    const home = await openHome(started, context);
    const film = await longFilm();
    await chooseFilms(home.page, film);
    await home.page.getByText(/MB of .* will be sent/).waitFor();
    const held = home.wire.holdAfter(5 * MEBIBYTE);
    await convertButton(home.page).click();
    await held;
    const other = await home.page.context().newPage();
    await other.goto(home.wire.url);
    await other.getByText(/^Another tab sends this film: [1-9]\d?% sent$/).waitFor();
    return { ...home, film, other };
  }

  it('do not send one film twice', async (context) => {
    const { page, wire, film, other } = await openTwo(context);
    await chooseFilms(other, film);
    await other
      .getByText(/is in the list already\.$/)
      .first()
      .waitFor();
    wire.release();
    await Promise.all([allAccepted(page), allAccepted(other)]);
    assert.equal((await listJobs(page)).length, 1);
  });

  it('hand an upload over when the tab that sends it is closed', async (context) => {
    const { page, wire, film, other } = await openTwo(context);
    await page.close();
    wire.release();
    await other.getByText(/^[1-9]\d?% sent. Choose the file again to go on.$/).waitFor();
    await other.locator('.film input[type=file]').setInputFiles(film);
    await allAccepted(other);
    assert.equal((await listJobs(other)).length, 1);
  });

  it('send the same film only once when both have chosen it', async (context) => {
    const home = await openHome(started, context);
    const film = await longFilm();
    const other = await home.page.context().newPage();
    await other.goto(home.wire.url);
    for (const tab of [home.page, other]) {
      await chooseFilms(tab, film);
      await tab.getByText(/MB of .* will be sent/).waitFor();
    }
    const before = home.wire.sent().length;
    await Promise.all([home.page, other].map((tab) => convertButton(tab).click()));
    await Promise.all([allAccepted(home.page), allAccepted(other)]);
    const [job, ...others] = await listJobs(home.page);
    assert.deepEqual(others, []);
    const sent = home.wire.sent().length - before;
    assert.ok(job && sent < 1.5 * job.source.size, `${sent} bytes of ${job?.source.size}`);
  });
});
