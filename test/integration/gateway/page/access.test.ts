import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { startSharedPage } from './open-home.ts';
import { USER } from './open-page.ts';
import { focusedText, listen } from './spoken.ts';

const NEW_PASSWORD = 'a better password';
const accountLink = (page: Page) => page.getByRole('link', { name: 'Account', exact: true });

async function fillIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

describe('the way into an account', async () => {
  const started = await startSharedPage();
  const { accounts, calls, users } = started;

  async function visit(context: TestContext) {
    const opened = await started.open({ permissions: ['clipboard-read', 'clipboard-write'] });
    context.after(() => opened.page.context().close());
    const user = { email: `${randomUUID()}@example.com`, password: USER.password };
    const mailsTo = (to = user.email) => accounts.mails.filter((mail) => mail.to === to);
    const openMail = async (number = 0) => {
      const mail = mailsTo().at(number);
      assert.ok(mail);
      // Each mail opens a document of its own.
      await opened.page.goto('about:blank');
      return opened.page.goto(`${started.url}/#/${mail.kind}/${mail.token}`);
    };
    return { ...opened, user, mailsTo, openMail };
  }

  it('begins with a mail whose link is confirmed by a click, where addresses have to be confirmed', async (context) => {
    const { page, user, mailsTo, openMail, complaints } = await visit(context);
    accounts.verification.isRequired = true;
    await page.getByRole('button', { name: 'Create an account' }).click();
    await fillIn(page, user);
    await page.getByText('We have sent a mail to').waitFor();
    accounts.verification.isRequired = false;
    assert.equal(await focusedText(page), 'Look into your mailbox');
    await page.getByRole('button', { name: 'Back to signing in' }).click();
    assert.equal(await page.getByLabel('E-mail address').inputValue(), user.email);

    await fillIn(page, user);
    await page.getByText('It is not confirmed yet').waitFor();
    const spoken = await listen(page);
    await page.getByRole('button', { name: 'Send the mail', exact: true }).click();
    await page.locator('.notice').getByText('The mail is on its way').waitFor();
    await page.getByRole('button', { name: 'Send the mail again' }).waitFor();
    assert.match((await spoken()).join(), /The mail is on its way/);
    assert.equal(mailsTo().length, 2);

    const before = calls.length;
    await openMail(-1);
    await page.getByRole('heading', { name: 'Is this your address?' }).waitFor();
    assert.equal(new URL(page.url()).hash, '#/verify-email');
    // A mail scanner follows links, too.
    assert.deepEqual(
      calls.slice(before).filter((path) => path.startsWith('/account')),
      [],
    );
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();
    assert.equal(await focusedText(page), 'Your address is confirmed');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await fillIn(page, user);
    await accountLink(page).waitFor();
    assert.deepEqual(
      complaints.filter((text) => !text.includes('403')),
      [],
    );
  });

  it('leads to a new password by a mail, whose link works once', async (context) => {
    const { page, user, openMail } = await visit(context);
    users.set(user.email, user.password);
    await page.getByLabel('E-mail address').fill(user.email);
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await waitFor('the focus', () => page.evaluate("document.activeElement.name === 'email'"));
    await page.keyboard.press('Enter');
    await page.getByText('has an account, a mail with a link is on its way').waitFor();

    await openMail();
    await page.getByLabel('New password').fill('password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('too short or too easy to guess').waitFor();
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your new password is saved' }).waitFor();
    assert.equal(users.get(user.email), NEW_PASSWORD);

    await openMail();
    await page.getByLabel('New password').fill('another one of mine');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This link has expired, or it was used before.').waitFor();
    await page.getByRole('button', { name: 'Have another link sent' }).click();
    await page.getByRole('button', { name: 'Send the link' }).waitFor();
    assert.equal(users.get(user.email), NEW_PASSWORD);
  });

  it('does not tell who has an account', async (context) => {
    const { page, user, mailsTo } = await visit(context);
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail address').fill(user.email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('has an account, a mail with a link is on its way').waitFor();
    assert.deepEqual(mailsTo(), []);
  });

  it('forgets the token of a link with the next reload, and says so', async (context) => {
    const { page, user, openMail } = await visit(context);
    users.set(user.email, user.password);
    accounts.answer({
      method: 'POST',
      path: '/account/reset',
      email: undefined,
      body: { email: user.email },
    });
    await openMail();
    await page.getByLabel('New password').waitFor();
    await page.reload();
    await page.getByText('A part of the link is missing.').waitFor();
    assert.doesNotMatch(
      await page.evaluate('JSON.stringify([history.state, { ...sessionStorage }])'),
      /[\w-]{40}/,
    );
  });

  for (const [seconds, when] of [
    [40, 'in 40 seconds'],
    [301, 'in 6 minutes'],
    [7_200, 'in 2 hours'],
  ] as const)
    it(`says after ${seconds} seconds in Retry-After to try again ${when}`, async (context) => {
      const { page, user } = await visit(context);
      const body = JSON.stringify({ status: 429, code: 'too_many_requests', title: 'x', detail: 'x' });
      const headers = { 'retry-after': String(seconds) };
      const answer = { status: 429, headers, contentType: 'application/problem+json', body };
      await page.route('**/session', (route) =>
        route.request().method() === 'POST' ? route.fulfill(answer) : route.continue(),
      );
      await fillIn(page, user);
      await page.getByRole('alert').getByText(`Try again ${when}.`).waitFor();
    });

  it('has password fields that can be shown, take what is pasted, and say what they are for', async (context) => {
    const { page } = await visit(context);
    const field = page.getByLabel('Password', { exact: true });
    const show = page.getByRole('button', { name: 'Show the password' });
    assert.equal(await page.getByLabel('E-mail address').getAttribute('autocomplete'), 'username webauthn');
    assert.equal(await field.getAttribute('autocomplete'), 'current-password');
    await page.evaluate("navigator.clipboard.writeText('a pasted password')");
    await field.focus();
    await page.keyboard.press('Control+V');
    assert.equal(await field.inputValue(), 'a pasted password');
    await show.click();
    assert.equal(await field.getAttribute('type'), 'text');
    assert.equal(await show.getAttribute('aria-pressed'), 'true');
    await show.click();
    assert.equal(await field.getAttribute('type'), 'password');
    await page.getByRole('button', { name: 'Create an account' }).click();
    assert.equal(await field.getAttribute('autocomplete'), 'new-password');
    await page.getByText('At least 8 characters; 15 or more are better.').waitFor();
  });
});
