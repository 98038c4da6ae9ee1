import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import type { JobView } from '../../../services/shared/jobs/job-view.ts';
import { signOut, signUp } from '../../integration/gateway/page/open-page.ts';
import { chooseFilms, convertButton, dragFilms } from '../../integration/gateway/page/page-films.ts';
import { decodedSeconds, file, media, picture, truncated, video } from '../../support/media.ts';
import { systemsUnderTest } from '../../support/systems-under-test.ts';
import { waitFor } from '../../support/wait.ts';
import { rowOf, visit, visitSignedUp } from './visit.ts';

for (const { name: system, gatewayUrl } of systemsUnderTest()) {
  describe(`the web page over ${system}`, () => {
    it('takes a film that somebody drops who has just registered, plays its MP3 and lets them download it', async (context) => {
      const { page, complaints, refused, origins, wire, user } = await visit(context, gatewayUrl);
      const film = await video(6);
      const name = basename(film);
      await signUp(page, user);
      const drop = await dragFilms(page, film);
      await drop();
      await page.getByText(/kB of .* will be sent/).waitFor();
      await page.getByText('0:06').waitFor();
      await convertButton(page).click();

      const row = rowOf(page, name);
      await row.getByRole('link', { name: `Download: ${name}` }).waitFor();
      await row.getByRole('link', { name, exact: true }).click();
      await page.getByRole('button', { name: 'Play' }).click();
      const position = page.getByRole('slider', { name: 'Position' });
      await waitFor('the sound', async () => Number(await position.getAttribute('aria-valuenow')) > 0);
      await page.locator('.waveform path').first().waitFor();
      const loading = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download' }).click();
      const download = await loading;
      assert.equal(download.suggestedFilename(), name.replace('.mp4', '.mp3'));
      const mp3 = await download.path();
      assert.ok(Math.abs((await decodedSeconds(mp3)) - 6) < 0.1);
      const [job] = (await page.evaluate(
        "fetch('/jobs').then(async (response) => (await response.json()).jobs)",
      )) as JobView[];
      assert.equal(
        job?.mp3?.sha256,
        createHash('sha256')
          .update(await readFile(mp3))
          .digest('hex'),
      );
      assert.deepEqual(refused, []);
      assert.deepEqual(complaints, []);
      assert.deepEqual([...origins], [new URL(wire.url).origin]);
    });

    it('says that a password is wrong, and takes the right one after that', async (context) => {
      const { page, user } = await visitSignedUp(context, gatewayUrl);
      await signOut(page);
      for (const password of ['a wrong password', user.password]) {
        await page.getByLabel('E-mail address').fill(user.email);
        await page.getByLabel('Password').fill(password);
        await page.keyboard.press('Enter');
        if (password === user.password) break;
        await page.getByRole('alert').getByText('The e-mail address or the password is wrong.').waitFor();
      }
      await page.getByRole('link', { name: 'Account' }).waitFor();
    });

    it('says that a film has no sound before anything is sent, and sends nothing', async (context) => {
      const { page } = await visitSignedUp(context, gatewayUrl);
      await chooseFilms(page, await media('silent.mp4', ...picture(2)));
      await page.getByText('This film has no sound, so there is nothing to convert.').waitFor();
      assert.ok(await convertButton(page).isDisabled());
    });

    it('converts what there is of a cut film, and says how much that is in plain words', async (context) => {
      const { page } = await visitSignedUp(context, gatewayUrl);
      const film = await file('cut.mp4', await readFile(await truncated(await video(20))));
      await chooseFilms(page, film);
      await page.getByText(/will be sent/).waitFor();
      await convertButton(page).click();
      const row = rowOf(page, basename(film));
      await row.getByText('Sound is missing').waitFor();
      await row.getByRole('link', { name: basename(film), exact: true }).click();
      await page.getByText(/^The end of the film is missing\. .+ were there/).waitFor();
    });

    it('shows in each of two tabs what the other one has sent, and signs both out', async (context) => {
      const { page, wire, complaints } = await visitSignedUp(context, gatewayUrl);
      const other = await page.context().newPage();
      await other.goto(wire.url);
      await other.getByText('Nothing here yet').waitFor();
      const films = [await video(3), await video(4)] as const;
      for (const [at, tab] of [page, other].entries()) {
        await chooseFilms(tab, films[at] ?? '');
        await tab.getByText(/will be sent/).waitFor();
        await convertButton(tab).click();
      }
      for (const tab of [page, other])
        for (const film of films) {
          const name = basename(film);
          await rowOf(tab, name)
            .getByRole('link', { name: `Download: ${name}` })
            .waitFor();
        }
      await signOut(other);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      assert.deepEqual(complaints, []);
    });
  });
}
