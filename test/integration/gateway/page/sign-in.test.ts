import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { TEST_CODE, TEST_PROVIDER } from '../../../unit/gateway/client/test-sign-in.ts';
import { openHome, startSharedPage } from './open-home.ts';
import { signOut } from './open-page.ts';
import { focusedText } from './spoken.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const toast = (page: Page, text: string) => page.locator('.toast').getByText(text);
const accountLink = (page: Page) => page.getByRole('link', { name: 'Account', exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name });

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

/** A passkey of some device, as auth keeps it. */
const passkey = (name: string) => ({
  ...{ id: randomBytes(16).toString('base64url'), credentialId: 'x', name },
  ...{ created_at: new Date().toISOString(), last_used_at: null },
});

/** A device that makes passkeys and signs with them, as if somebody had put a finger on it. */
async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
}

describe('signing in beside the password', async () => {
  const started = await startSharedPage();
  const { accounts, users, calls } = started;

  async function openAccount(context: TestContext) {
    const opened = await openHome(started, context, { permissions: ['clipboard-read', 'clipboard-write'] });
    await accountLink(opened.page).click();
    await region(opened.page, 'Second factor').getByText('Off', { exact: true }).waitFor();
    return opened;
  }

  it('needs a code once the second factor is turned on, or one of the recovery codes', async (context) => {
    const { page, user, complaints } = await openAccount(context);
    const section = region(page, 'Second factor');
    await button(page, 'Turn it on').click();
    const password = section.getByLabel('Current password');
    assert.equal(await page.evaluate('document.activeElement.name'), 'password');
    await password.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The password is wrong.').waitFor();
    await password.fill(user.password);
    await page.keyboard.press('Enter');
    const picture = await section
      .getByRole('img', { name: 'QR code with the secret of the app' })
      .boundingBox();
    assert.ok(picture && picture.width > 150);
    await section.getByText('JBSW Y3DP EHPK 3PXP').waitFor();
    const code = section.getByLabel('Code', { exact: true });
    assert.equal(await code.getAttribute('autocomplete'), 'one-time-code');
    assert.equal(await page.evaluate('document.activeElement.name'), 'code');
    await code.fill('000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This code is wrong').waitFor();
    await code.fill(TEST_CODE);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    assert.equal(await focusedText(page), 'Your recovery codes');
    const codes = await section.locator('.codes code').allTextContents();
    assert.equal(codes.length, 3);
    await section.getByRole('button', { name: 'Copy' }).click();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), `${codes.join('\n')}\n`);
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('Save as a file').click(),
    ]);
    assert.equal(await readFile(await saved.path(), 'utf8'), `${codes.join('\n')}\n`);
    await button(page, 'I have kept them').click();
    await section.getByText('On. Recovery codes left: 3').waitFor();
    assert.equal(await page.getByText(codes[0] ?? '').count(), 0);

    for (const [proof, what] of [
      [TEST_CODE, 'a code'],
      [codes[0] ?? '', 'a recovery code'],
    ] as const) {
      await signOut(page);
      await signIn(page, user);
      await page.getByRole('heading', { name: 'One more step' }).waitFor();
      assert.equal(await page.evaluate('document.activeElement.name'), 'code', what);
      await page.keyboard.type('999999');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('This code is wrong').waitFor();
      await page.getByLabel('Code', { exact: true }).fill(proof);
      await page.keyboard.press('Enter');
      await accountLink(page).waitFor();
      await section.getByText('On. Recovery codes left').waitFor();
    }
    await button(page, 'Turn it off').click();
    await section.getByLabel('Current password').fill(user.password);
    await section.getByLabel('Code', { exact: true }).fill(TEST_CODE);
    await page.keyboard.press('Enter');
    await toast(page, 'The second factor is turned off.').waitFor();
    assert.equal(accounts.signIn.factors.has(user.email), false);
    assert.deepEqual(
      complaints.filter((text) => !text.includes('403')),
      [],
    );
  });

  it('works with a passkey of the device, which needs neither address nor password', async (context) => {
    const { page, user, complaints } = await openAccount(context);
    await addAuthenticator(page);
    await button(page, 'Add a passkey').click();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Chrome, Linux');
    await page.getByLabel('Current password').fill(user.password);
    await button(page, 'Next').click();
    await toast(page, 'Your passkey is saved.').waitFor();
    await region(page, 'Passkeys').getByText('Never used').waitFor();
    await signOut(page);
    await button(page, 'Sign in with a passkey').click();
    await accountLink(page).waitFor();
    const passkeys = region(page, 'Passkeys');
    await passkeys.getByRole('button', { name: 'Delete' }).click();
    await passkeys.getByLabel('Current password').fill('wrong');
    await page.keyboard.press('Enter');
    await passkeys.getByRole('alert').getByText('The password is wrong.').waitFor();
    assert.equal(accounts.signIn.passkeys.get(user.email)?.length, 1);
    await passkeys.getByLabel('Current password').fill(user.password);
    await page.keyboard.press('Enter');
    await toast(page, 'Delete it on your device, too.').waitFor();
    await passkeys.getByText('Never used').waitFor({ state: 'detached' });
    await signOut(page);
    await button(page, 'Sign in with a passkey').click();
    await page.getByRole('alert').getByText('This passkey does not belong to an account here.').waitFor();
    assert.deepEqual(
      complaints.filter((text) => !/40[13]/.test(text)),
      [],
    );
  });

  it('lists passkeys, which can be renamed where they stand', async (context) => {
    const { page, user } = await openAccount(context);
    accounts.signIn.passkeys.set(user.email, [passkey('Phone'), passkey('<b>Key</b>')]);
    await page.reload();
    const passkeys = region(page, 'Passkeys');
    const rename = passkeys.getByRole('button', { name: 'Rename' });
    await rename.last().click();
    const name = passkeys.getByLabel('Name', { exact: true });
    assert.equal(await name.inputValue(), '<b>Key</b>');
    assert.equal(await page.evaluate('document.activeElement.name'), 'name');
    await page.keyboard.press('Escape');
    assert.equal(await focusedText(page), 'Rename');
    await rename.last().click();
    await name.fill(' A ring ');
    await page.keyboard.press('Enter');
    await passkeys.getByText('A ring', { exact: true }).waitFor();
    await waitFor('the form to close', async () => (await focusedText(page)) === 'Rename');
    assert.deepEqual(
      accounts.signIn.passkeys.get(user.email)?.map((one) => one.name),
      ['Phone', 'A ring'],
    );
    const described = await rename.last().getAttribute('aria-describedby');
    assert.equal(await page.locator(`#${described}`).textContent(), 'A ring');
  });

  it('keeps a passkey that is the only way in', async (context) => {
    const { page, user } = await openAccount(context);
    accounts.signIn.passkeys.set(user.email, [passkey('Phone')]);
    users.set(user.email, '');
    await page.reload();
    const passkeys = region(page, 'Passkeys');
    await passkeys.getByRole('button', { name: 'Delete' }).click();
    await passkeys.getByText('this needs a sign-in of the last ten minutes').waitFor();
    const remove = passkeys.getByRole('button', { name: 'Delete' });
    await remove.click();
    await passkeys.getByRole('alert').getByText('You signed in more than ten minutes ago.').waitFor();
    accounts.recent.add(user.email);
    await remove.click();
    await passkeys.getByRole('alert').getByText('This is your only way to sign in.').waitFor();
    accounts.signIn.passkeys.set(user.email, [passkey('Phone'), passkey('Key')]);
    await page.reload();
    await passkeys.getByRole('button', { name: 'Delete' }).first().click();
    await passkeys.getByRole('button', { name: 'Cancel' }).waitFor();
    await passkeys.locator('form').getByRole('button', { name: 'Delete' }).click();
    await toast(page, 'Delete it on your device, too.').waitFor();
    assert.equal(accounts.signIn.passkeys.get(user.email)?.length, 1);
  });

  it('has a button for each service of the operator, and says how it went there', async (context) => {
    const { page, user } = await openAccount(context);
    accounts.signIn.providers.push({ id: 'corporate', name: 'Example Corp' });
    context.after(() => accounts.signIn.providers.pop());
    await page.route(TEST_PROVIDER, (route) => route.fulfill({ body: 'Example Corp' }));
    await page.reload();
    await region(page, 'Other services').getByRole('button', { name: 'Connect ⁨Example Corp⁩' }).click();
    await page.getByLabel('Current password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The password is wrong.').waitFor();
    await page.getByLabel('Current password').fill(user.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(TEST_PROVIDER);
    const joined = {
      id: 'ab'.repeat(32),
      provider: 'corporate',
      name: 'Example Corp',
      email: 'a@corp.example',
    };
    accounts.signIn.identities.set(user.email, [joined]);
    await page.goto(started.url);
    await accountLink(page).click();
    await button(page, 'Disconnect').click();
    await page.getByLabel('Current password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The password is wrong.').waitFor();
    await page.getByLabel('Current password').fill(user.password);
    await page.keyboard.press('Enter');
    await toast(page, 'Example Corp⁩ is disconnected.').waitFor();
    await page.getByText(joined.email).waitFor({ state: 'detached' });
    await signOut(page);
    const link = page.getByRole('link', { name: 'Sign in with Example Corp' });
    assert.equal(await link.getAttribute('href'), '/session/oidc/corporate');
    for (const [code, text] of [
      ['sign_in_cancelled', 'You have cancelled signing in there.'],
      ['sign_in_failed', 'Signing in there did not work.'],
      ['email_not_verified', 'The address of this account is not confirmed yet.'],
      ['<img src=x>', 'Signing in there did not work.'],
    ]) {
      await page.goto('about:blank');
      await page.goto(`${started.url}/#sign-in=${code}`);
      await toast(page, text ?? '').waitFor();
      assert.equal(new URL(page.url()).hash, '');
    }
  });

  it('asks for the list of services once in several visits, and shows them at once', async (context) => {
    accounts.signIn.providers.push({ id: 'corporate', name: 'Example Corp' });
    context.after(() => accounts.signIn.providers.pop());
    const before = calls.filter((path) => path === '/oidc').length;
    const { page } = await started.open();
    context.after(() => page.context().close());
    for (const _visit of [1, 2, 3]) {
      await page.goto(started.url);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      assert.equal(await page.getByRole('link', { name: 'Sign in with Example Corp' }).count(), 1);
    }
    assert.equal(calls.filter((path) => path === '/oidc').length - before, 1);
  });
});
