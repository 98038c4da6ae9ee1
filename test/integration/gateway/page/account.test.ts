import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { openHome, startSharedPage } from './open-home.ts';
import { focusedText, listen } from './spoken.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0';
const NEW_PASSWORD = 'a better password';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const toast = (page: Page, text: string) => page.locator('.toast').getByText(text);

describe('the account on the page', async () => {
  const started = await startSharedPage();
  const { accounts, users } = started;

  async function openAccount(context: TestContext, { hasPassword = true } = {}) {
    const opened = await openHome(started, context, { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page, user } = opened;
    if (!hasPassword) users.set(user.email, '');
    accounts.addSession(user.email, FIREFOX);
    accounts.addSession(user.email, '<img src=x onerror=alert(1)>');
    await page.getByRole('link', { name: 'Account', exact: true }).click();
    await page.getByText('Firefox, Windows').waitFor();
    return opened;
  }

  it('changes its password for whoever knows the present one', async (context) => {
    const { page, user } = await openAccount(context);
    await button(page, 'Change the password').click();
    assert.equal(await page.evaluate('document.activeElement.name'), 'password');
    await page.getByLabel('Current password').fill('wrong');
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The password is wrong.').waitFor();
    assert.equal(users.get(user.email), user.password);
    await page.getByLabel('Current password').fill(user.password);
    await page.keyboard.press('Enter');
    await toast(page, 'Your password is changed.').waitFor();
    assert.equal(users.get(user.email), NEW_PASSWORD);
    assert.equal(await focusedText(page), 'Change the password');
  });

  it('changes its address by the link of a mail to the new one', async (context) => {
    const { page, user } = await openAccount(context);
    const email = `new-${user.email}`;
    await button(page, 'Change the address').click();
    await page.getByLabel('New e-mail address').fill(email);
    await page.getByLabel('Current password').fill(user.password);
    await page.keyboard.press('Enter');
    await toast(page, 'A mail is on its way to').waitFor();
    assert.ok(users.has(user.email));
    const mail = accounts.mails.find(({ to }) => to === email);
    await page.goto(`${new URL(page.url()).origin}/#/${mail?.kind}/${mail?.token}`);
    await button(page, 'Confirm').click();
    await page.getByRole('heading', { name: 'Your address is changed' }).waitFor();
    assert.deepEqual([users.has(user.email), users.has(email)], [false, true]);
  });

  it('sends a form once while it waits for the answer, however often Enter is pressed', async (context) => {
    const { page, user } = await openAccount(context);
    const answered = Promise.withResolvers<void>();
    let sent = 0;
    await page.route('**/account/email', async (route) => {
      sent += 1;
      await answered.promise;
      await route.continue();
    });
    await button(page, 'Change the address').click();
    await page.getByLabel('New e-mail address').fill(`once-${user.email}`);
    await page.getByLabel('Current password').fill(user.password);
    for (const _press of [1, 2, 3]) await page.keyboard.press('Enter');
    assert.equal(await button(page, 'Send a link there').getAttribute('aria-disabled'), 'true');
    answered.resolve();
    await toast(page, 'A mail is on its way to').waitFor();
    assert.equal(sent, 1);
  });

  it('lists the devices that are signed in, and signs them out', async (context) => {
    const { page, user } = await openAccount(context);
    const devices = page.getByRole('region', { name: 'Signed-in devices' });
    await devices.getByText('Unknown device').waitFor();
    await devices.getByRole('button', { name: 'Sign out', exact: true }).first().click();
    await toast(page, 'The device is signed out.').waitFor();
    assert.deepEqual(
      accounts.sessionsOf(user.email).map(({ user_agent }) => user_agent?.slice(0, 4)),
      ['Mozi', '<img'],
    );
    await button(page, 'Sign out all other devices').click();
    await devices.getByText('Unknown device').waitFor({ state: 'detached' });
    assert.equal(accounts.sessionsOf(user.email).length, 1);
    assert.equal(await button(page, 'Sign out all other devices').count(), 0);
  });

  it('makes a key, shows it once, and deletes it', async (context) => {
    const { page, user } = await openAccount(context);
    await button(page, 'New key').click();
    await page.getByLabel(/^Name/).fill('My <b>script</b>');
    await page.getByLabel('rename, cancel and delete MP3s').check();
    await page.getByLabel('Current password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The password is wrong.').waitFor();
    await page.getByLabel('Current password').fill(user.password);
    await page.keyboard.press('Enter');
    const field = page.getByLabel('The key «⁨My <b>script</b>⁩»');
    await field.waitFor();
    const key = await field.inputValue();
    assert.match(key, /^mp3_/);
    await button(page, 'Copy').click();
    await toast(page, 'Copied.').waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), key);
    await page.reload();
    await page.getByText('My <b>script</b>').waitFor();
    assert.equal(await page.getByText('mp3_').count(), 0);
    await page.getByRole('region', { name: 'API keys' }).getByRole('button', { name: 'Delete' }).click();
    await toast(page, 'does not work any more').waitFor();
    await page.getByText('My <b>script</b>', { exact: true }).waitFor({ state: 'detached' });
  });

  it('is deleted with its password, and then nobody is signed in', async (context) => {
    const { page, user } = await openAccount(context);
    await button(page, 'Delete the account').click();
    await page.getByText('nobody can bring them back').waitFor();
    await page.getByLabel('Current password').fill('wrong');
    await button(page, 'Delete all of it').click();
    await page.getByRole('alert').getByText('The password is wrong.').waitFor();
    assert.ok(users.has(user.email));
    await page.getByLabel('Current password').fill(user.password);
    await page.keyboard.press('Enter');
    await toast(page, 'Your account is deleted.').waitFor();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(users.has(user.email), false);
    assert.deepEqual(await page.context().cookies(), []);
  });

  it('can be used with the keyboard: Escape closes a form, and the focus returns to its button', async (context) => {
    const { page } = await openAccount(context);
    await button(page, 'Change the address').focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.name'), 'email');
    await page.keyboard.press('Escape');
    assert.equal(await focusedText(page), 'Change the address');
  });

  describe('without a password', () => {
    const NEEDS = 'Your account has no password, so this needs a sign-in of the last ten minutes.';
    const openWithout = (context: TestContext) => openAccount(context, { hasPassword: false });

    it('has a mail sent by whose link somebody sets one', async (context) => {
      const { page, user } = await openWithout(context);
      const spoken = await listen(page);
      await page.getByText('all devices are signed out, and all API keys end').waitFor();
      assert.equal(await button(page, 'Change the password').count(), 0);
      await button(page, 'Set a password').click();
      await page.locator('.notice').getByText(`A mail is on its way to ⁨${user.email}⁩.`).waitFor();
      assert.match((await spoken()).join(), /A mail is on its way/);
      assert.equal(await focusedText(page), 'Set a password');
      const mail = accounts.mails.find(({ to }) => to === user.email);
      assert.equal(mail?.kind, 'reset-password');
      await page.goto(`${new URL(page.url()).origin}/#/${mail?.kind}/${mail?.token}`);
      await page.getByLabel('New password').fill(NEW_PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Your new password is saved' }).waitFor();
      assert.equal(users.get(user.email), NEW_PASSWORD);
    });

    it('asks for none anywhere, and says what it needs instead', async (context) => {
      const { page } = await openWithout(context);
      for (const name of ['Change the address', 'New key', 'Delete the account']) {
        await button(page, name).click();
        await page.locator('form.change').getByText(NEEDS).waitFor();
        assert.equal(await page.locator('input[type=password]').count(), 0, name);
        await button(page, 'Cancel').click();
      }
      const factor = page.getByRole('region', { name: 'Second factor' });
      await factor.getByText('It comes after a password, and your account has none.').waitFor();
      assert.equal(await factor.getByRole('button').count(), 0);
    });

    it('is changed after a new sign-in, and says so where that is too long ago', async (context) => {
      const { page, user } = await openWithout(context);
      await button(page, 'Change the address').click();
      await page.getByLabel('New e-mail address').fill(`new-${user.email}`);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('You signed in more than ten minutes ago.').waitFor();
      accounts.recent.add(user.email);
      await page.keyboard.press('Enter');
      await toast(page, 'A mail is on its way to').waitFor();
    });

    it('is not deleted by a key that is held down', async (context) => {
      const { page, user } = await openWithout(context);
      accounts.recent.add(user.email);
      await button(page, 'Delete the account').focus();
      await page.keyboard.press('Enter');
      assert.equal(await focusedText(page), 'Cancel');
      await page.keyboard.press('Enter');
      assert.equal(await focusedText(page), 'Delete the account');
      assert.ok(users.has(user.email));
      await page.keyboard.press('Enter');
      await button(page, 'Delete all of it').click();
      await toast(page, 'Your account is deleted.').waitFor();
      assert.equal(users.has(user.email), false);
    });
  });

  it('offers nothing about a password before it knows whether there is one', async (context) => {
    const { page } = await openHome(started, context);
    const known = Promise.withResolvers<void>();
    await page.route('**/account', async (route) => {
      await known.promise;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Account', exact: true }).click();
    const section = page.getByRole('region', { name: 'Password' });
    await section.getByText('Loading').waitFor();
    assert.equal(await section.getByRole('button').count(), 0);
    known.resolve();
    await button(page, 'Change the password').waitFor();
  });
});
