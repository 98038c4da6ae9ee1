import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { startSharedPage } from './open-home.ts';
import { noisyFilm } from './page-films.ts';
import { listen } from './spoken.ts';

interface Focused {
  name: string;
  isBody: boolean;
  isVisible: boolean;
}

const FOCUSED = `(() => {
  const { activeElement: element } = document;
  const style = getComputedStyle(element);
  // The outline of a hidden checkbox may be that of its label.
  const isOutlined = (one) => one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) > 0;
  return {
    name: element.getAttribute('aria-label') ?? (element.labels?.[0] ?? element).textContent.trim(),
    isBody: element === document.body,
    isVisible: isOutlined(element) || isOutlined(element.labels?.[0]),
  };
})()`;

const focused = (page: Page) => page.evaluate<Focused>(FOCUSED);

/** Presses Tab until the focus is on the control of this name. Each focus on the way has to be seen. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (!now.isBody) assert.ok(now.isVisible, `the focus on «${now.name}» cannot be seen`);
    if (name.test(now.name)) return;
    seen.push(now.name);
  }
  assert.fail(`no Tab leads to ${name}: ${seen.join(' | ')}`);
}

/** Waits for the end of what a key has begun, after which the focus must be somewhere. */
async function requireFocus(page: Page, what: string): Promise<void> {
  await waitFor(`a focus after ${what}`, async () => !(await focused(page)).isBody, { timeoutMs: 5000 });
}

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
