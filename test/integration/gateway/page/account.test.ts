import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { openHome, startSharedPage } from './open-home.ts';
import { focusedText } from './spoken.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0';
const NEW_PASSWORD = 'a better password';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const toast = (page: Page, text: string) => page.locator('.toast').getByText(text);

describe('the account on the page', async () => {
  const started = await startSharedPage();
  const { accounts, users } = started;

  async function openAccount(context: TestContext) {
    const opened = await openHome(started, context, { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page, user } = opened;
    accounts.addSession(user.email, FIREFOX);
    accounts.addSession(user.email, '<img src=x onerror=alert(1)>');
    await page.getByRole('link', { name: 'Account', exact: true }).click();
    await page.getByText('Firefox, Windows').waitFor();
    return opened;
  }

  it('changes its password for whoever knows the present one', async (context) => {
    const { page, user } = await openAccount(context);
    await button(page, 'Change the password').click();
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

  it('asks no password of an account without one, and says that a new sign-in is needed', async (context) => {
    const { page, user } = await openAccount(context);
    users.set(user.email, '');
    await button(page, 'New key').click();
    await page.getByLabel('Current password').waitFor({ state: 'detached' });
    await page.getByLabel(/^Name/).fill('My script');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Your account has no password').waitFor();
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
});
