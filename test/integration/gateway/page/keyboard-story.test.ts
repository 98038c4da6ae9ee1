import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { waitFor } from '../../../support/wait.ts';
import { requireFocus, tabTo } from './keyboard.ts';
import { startSharedPage } from './open-home.ts';
import { noisyFilm } from './page-films.ts';
import { listen } from './spoken.ts';

describe('the page for somebody with a keyboard alone', async () => {
  const started = await startSharedPage();

  it('can be used from the registration to the end, with a focus that is seen and never lost', async (context) => {
    const { page, complaints } = await started.open();
    context.after(() => page.context().close());
    await page.evaluate('delete globalThis.showOpenFilePicker');
    await page.locator('form.credentials').waitFor();
    await tabTo(page, /^Create an account$/);
    await page.keyboard.press('Enter');
    await requireFocus(page, 'the choice of the form');
    await tabTo(page, /^E-mail address$/);
    await page.keyboard.type(`${randomUUID()}@example.com`);
    await tabTo(page, /^Password/);
    await page.keyboard.type('open sésame');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing here yet').waitFor();
    await requireFocus(page, 'the registration');
    const spoken = await listen(page);

    const chooser = page.waitForEvent('filechooser');
    await tabTo(page, /^Choose films$/);
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(await noisyFilm('film.mp4', 2));
    await page.getByText(/will be sent/).waitFor();
    await tabTo(page, /^Convert$/);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /^Download: / }).waitFor();
    await requireFocus(page, 'the conversion');
    await waitFor('the end', async () =>
      (await spoken()).some((text) => /is done\.$|^All has been sent\.$/.test(text)),
    );
    const texts = await spoken();
    assert.ok(
      texts.some((text) => /is being sent\.$/.test(text)),
      texts.join(' | '),
    );

    await tabTo(page, /^Delete: /);
    await page.keyboard.press('Enter');
    await requireFocus(page, 'the deletion');
    await tabTo(page, /^Undo$/);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /^Download: / }).waitFor();
    await requireFocus(page, 'its undoing');
    await tabTo(page, /^Account$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
    await tabTo(page, /^Sign out$/);
    await page.keyboard.press('Enter');
    await page.locator('form.credentials').waitFor();
    await requireFocus(page, 'signing out');
    assert.deepEqual(complaints, []);
  });
});
