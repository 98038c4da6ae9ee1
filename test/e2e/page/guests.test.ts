import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { signOut } from '../../integration/gateway/page/open-page.ts';
import { convertButton, dragFilms } from '../../integration/gateway/page/page-films.ts';
import { video } from '../../support/media.ts';
import { systemsUnderTest } from '../../support/systems-under-test.ts';
import { rowOf, visit } from './visit.ts';

for (const { name: system, gatewayUrl } of systemsUnderTest()) {
  describe(`a guest of the web page over ${system}`, () => {
    it('converts a film that is dropped on the welcome page, registers, and still has the MP3', async (context) => {
      const { page, complaints, refused, user } = await visit(context, gatewayUrl);
      const film = await video(5);
      const name = basename(film);
      await page.getByRole('button', { name: 'Try it without an account' }).waitFor();
      const drop = await dragFilms(page, film);
      await drop();
      await page.getByText(/kB of .* will be sent/).waitFor();
      await convertButton(page).click();
      const download = rowOf(page, name).getByRole('link', { name: `Download: ${name}` });
      await download.waitFor();

      await page.getByRole('link', { name: 'Create an account to reach them from anywhere' }).click();
      await page.getByLabel('E-mail address').fill(user.email);
      await page.getByLabel('Password', { exact: false }).fill(user.password);
      await page.keyboard.press('Enter');
      await page.getByText(user.email).waitFor();
      await page.getByRole('link', { name: 'All MP3s' }).click();
      await page.reload();
      await download.waitFor();
      const loading = page.waitForEvent('download');
      await download.click();
      assert.equal((await loading).suggestedFilename(), name.replace('.mp4', '.mp3'));

      await signOut(page);
      await page.getByLabel('E-mail address').fill(user.email);
      await page.getByLabel('Password').fill(user.password);
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Account', exact: true }).waitFor();
      await page.getByRole('link', { name: 'All MP3s' }).click();
      await download.waitFor();
      assert.deepEqual(refused, []);
      assert.deepEqual(complaints, []);
    });
  });
}
