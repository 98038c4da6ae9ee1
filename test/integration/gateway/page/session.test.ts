import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signUp, startPage } from './open-page.ts';

describe('the page in Chromium', () => {
  it('registers somebody, keeps the session over a reload, and signs out', async (context) => {
    const { open, url } = await startPage(context);
    const { page, complaints, origins } = await open();
    await signUp(page);
    await page.reload();
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByText('ann@example.com').waitFor();
    assert.equal(await page.evaluate('document.cookie'), '', 'no script can read the tokens');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(complaints, []);
    assert.deepEqual([...origins], [url]);
  });
});
