import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { testUserId } from '../../../unit/gateway/client/test-gateway.ts';
import { TEST_PROVIDER } from '../../../unit/gateway/client/test-sign-in.ts';
import { serviceWorkerOf, shareFilms, waitingShares } from './installed-page.ts';
import { focused, requireFocus, tabTo } from './keyboard.ts';
import { allAccepted, listJobs, startSharedPage } from './open-home.ts';
import { USER } from './open-page.ts';
import {
  chooseFilms,
  convertButton,
  dragFilms,
  longFilm,
  namesOfFilms,
  noisyFilm,
  pasteFilm,
} from './page-films.ts';
import { openWire } from './wire.ts';

const MEBIBYTE = 1024 ** 2;
/** The sound of a long film is larger, and that of a noisy one is smaller. */
const GUEST_LIMITS = { maxUploadBytes: 10_000_000, retentionSeconds: 24 * 3600 };
const newUser = () => ({ email: `${randomUUID()}@example.com`, password: USER.password });

const startButton = (page: Page) => page.getByRole('button', { name: 'Try it without an account' });
const guestLink = (page: Page) => page.getByRole('link', { name: 'Guest account' });
const accountLink = (page: Page) => page.getByRole('link', { name: 'Account', exact: true });
const download = (page: Page) => page.getByRole('link', { name: /^Download: / });
const notice = (page: Page) =>
  page.getByRole('link', { name: 'Create an account to reach them from anywhere' });

async function fillIn(page: Page, { email, password } = newUser()): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: false }).fill(password);
  await page.keyboard.press('Enter');
}

const idOfSession = (page: Page) =>
  page.evaluate<string>("fetch('/session').then(async (response) => (await response.json()).account?.id)");

/** When the jobs of whoever is signed in are deleted. There must be some. */
async function expiryOfJobs(page: Page): Promise<string[]> {
  const times = await page.evaluate<string[]>(
    "fetch('/jobs').then(async (response) => (await response.json()).jobs.map(({ expires_at }) => expires_at))",
  );
  assert.match(times.join(), /^\d{4}-/);
  return times;
}

/** What a screen reader says after the name. */
async function expectDescription(control: Locator, text: string): Promise<void> {
  const id = String(await control.getAttribute('aria-describedby'));
  assert.equal(await control.page().locator(`#${id}`).innerText(), text);
}

describe('a guest of the page', async () => {
  const started = await startSharedPage({
    ...{ guests: true, guestLimits: GUEST_LIMITS, maxUploadBytes: 1024 * MEBIBYTE },
  });

  /** Somebody who has not signed in, over a line that can be held up. */
  async function visit(context: TestContext) {
    const wire = await openWire(context, started.url);
    const opened = await started.open();
    context.after(() => opened.page.context().close());
    await opened.page.goto(wire.url);
    return { ...opened, wire };
  }

  async function startedAsGuest(context: TestContext) {
    const visited = await visit(context);
    await startButton(visited.page).click();
    await guestLink(visited.page).waitFor();
    return visited;
  }

  it('starts at once, converts a film, registers and takes the MP3 along until it expires, also after a reload', async (context) => {
    const { page, complaints } = await visit(context);
    await page.getByText('With small limits: 10 MB a film, MP3s kept for 1 day, no e-mails.').waitFor();
    await startButton(page).click();
    await guestLink(page).waitFor();
    const id = await idOfSession(page);
    const drop = await dragFilms(page, await noisyFilm('guest.mp4', 2));
    await drop();
    await page.getByText(/will be sent/).waitFor();
    await convertButton(page).click();
    await download(page).waitFor();
    await page.reload();
    await download(page).waitFor();
    const asGuest = await expiryOfJobs(page);
    await page.getByText('each is deleted after 1 day').waitFor();

    await notice(page).click();
    await page.getByText('MP3s of your visit are still deleted when they would have been').waitFor();
    await page.getByText('10 MB', { exact: true }).waitFor();
    await page.getByText('1 day', { exact: true }).waitFor();
    const user = newUser();
    await fillIn(page, user);
    await page.locator('.toast').getByText('The MP3s of your visit are in it until they expire').waitFor();
    await page.getByText(user.email).waitFor();
    assert.equal(await idOfSession(page), id);
    await page.getByRole('link', { name: 'All MP3s' }).click();
    await download(page).waitFor();
    assert.equal(await notice(page).count(), 0);
    await page.reload();
    await download(page).waitFor();
    await accountLink(page).waitFor();
    assert.deepEqual(await expiryOfJobs(page), asGuest);
    assert.deepEqual(complaints, []);
  });

  it('starts with a film that is shared with the page, which is sent once it is asked for', async (context) => {
    const { page, complaints } = await visit(context);
    await serviceWorkerOf(page);
    const film = await noisyFilm('shared.mp4', 2);
    await shareFilms(page, [film]);
    await page.getByText(/will be sent/).waitFor();
    await guestLink(page).waitFor();
    assert.deepEqual(await namesOfFilms(page), [path.basename(film)]);
    assert.deepEqual([await waitingShares(page), await listJobs(page)], [[], []]);
    await convertButton(page).click();
    await download(page).waitFor();
    assert.deepEqual(complaints, []);
  });

  it('is nobody who only opens the page while a film waits that was shared', async (context) => {
    const { page } = await visit(context);
    await serviceWorkerOf(page);
    await page.addInitScript(`{
      const { fetch } = globalThis;
      globalThis.fetch = (request, options) =>
        sessionStorage.isOffline && String(request.url ?? request).endsWith('/session/guest')
          ? Promise.reject(new TypeError('no connection'))
          : fetch(request, options);
    }`);
    await page.evaluate("sessionStorage.setItem('isOffline', 'true')");
    await shareFilms(page, [await noisyFilm('waiting.mp4', 2)]);
    await page.locator('.toast').getByText('Sign in or create an account.').waitFor();
    await page.evaluate('sessionStorage.clear()');
    const before = started.calls.length;
    await page.reload();
    await startButton(page).waitFor();
    // Whoever is signed in gets the film, so it waits where nobody is.
    assert.equal((await waitingShares(page)).length, 2);
    assert.deepEqual(
      started.calls.slice(before).filter((path) => path !== '/oidc'),
      [],
      'auth is asked for nothing but the providers',
    );
    await startButton(page).click();
    await page.getByText(/will be sent/).waitFor();
  });

  for (const [how, give] of [
    ['dropped', async (page: Page, film: string) => (await dragFilms(page, film))()],
    ['pasted', (page: Page, film: string) => pasteFilm(page, 'pasted.mp4', film)],
  ] as const)
    it(`starts with a film that is ${how} on the page of a visitor`, async (context) => {
      const { page, complaints } = await visit(context);
      await startButton(page).waitFor();
      await give(page, await noisyFilm(`${how}.mp4`, 2));
      await page.getByText(/will be sent/).waitFor();
      await guestLink(page).waitFor();
      await convertButton(page).click();
      await download(page).waitFor();
      assert.deepEqual(complaints, []);
    });

  it('starts once with films that are dropped one after the other', async (context) => {
    const { page } = await visit(context);
    await startButton(page).waitFor();
    const before = started.calls.length;
    await pasteFilm(page, 'one.mp4', await noisyFilm('one.mp4', 2));
    await pasteFilm(page, 'two.mp4', await noisyFilm('two.mp4', 3));
    await page
      .getByText(/will be sent/)
      .nth(1)
      .waitFor();
    assert.equal(started.calls.slice(before).length, 1);
  });

  it('goes on sending a film while registering', async (context) => {
    const { page, wire } = await startedAsGuest(context);
    const film = await longFilm('short.mkv', 40);
    await chooseFilms(page, film);
    await page.getByText(/MB of .* will be sent/).waitFor();
    const held = wire.holdAfter(4 * MEBIBYTE);
    await convertButton(page).click();
    await held;
    await notice(page).click();
    await page.getByLabel('E-mail address').waitFor();
    wire.release();
    await fillIn(page);
    await accountLink(page).waitFor();
    await page.getByRole('link', { name: 'All MP3s' }).click();
    await download(page).waitFor();
    await allAccepted(page);
    assert.equal((await listJobs(page)).length, 1);
  });

  it('is the same guest in all tabs, and registers in all of them', async (context) => {
    const { page, wire } = await visit(context);
    const other = await page.context().newPage();
    await other.goto(wire.url);
    await startButton(other).waitFor();
    await startButton(page).click();
    await guestLink(other).waitFor();
    assert.equal(await idOfSession(page), await idOfSession(other));
    await chooseFilms(other, await noisyFilm('other.mp4', 2));
    await other.getByText(/will be sent/).waitFor();
    await notice(page).click();
    await fillIn(page);
    await accountLink(other).waitFor();
    await convertButton(other).click();
    await download(other).waitFor();
  });

  it('stays a guest after a wrong password, and leaves the MP3s behind after the right one', async (context) => {
    const user = newUser();
    started.users.set(user.email, user.password);
    const { page } = await startedAsGuest(context);
    const id = await idOfSession(page);
    await chooseFilms(page, await noisyFilm('chosen.mp4', 2));
    await page.getByText(/will be sent/).waitFor();
    await notice(page).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('The MP3s of your visit as a guest stay behind.').first().waitFor();
    await fillIn(page, { ...user, password: 'a wrong password' });
    await page.getByRole('alert').getByText('The e-mail address or the password is wrong.').waitFor();
    assert.equal(await idOfSession(page), id);
    await fillIn(page, user);
    await page.getByText(user.email).waitFor();
    await page.getByRole('link', { name: 'All MP3s' }).click();
    // Nobody has been asked to convert it yet, so it is not one of the guest's MP3s.
    await convertButton(page).click();
    await download(page).waitFor();
    assert.equal(await idOfSession(page), testUserId(user.email));
  });

  /** A guest with an MP3, where one can sign in at another service. Whoever goes there comes back at once. */
  async function guestWithService(context: TestContext) {
    const { signIn } = started.accounts;
    signIn.providers.push({ id: 'corporate', name: 'Example Corp' });
    context.after(() => signIn.providers.pop());
    const opened = await startedAsGuest(context);
    const { page, wire } = opened;
    const location = `${wire.url}/session/oidc/corporate/callback?code=x&state=y`;
    await page.route(TEST_PROVIDER, (route) => route.fulfill({ status: 303, headers: { location } }));
    await chooseFilms(page, await noisyFilm('guest.mp4', 2));
    await convertButton(page).click();
    await download(page).waitFor();
    const user = newUser();
    signIn.identity.email = user.email;
    return { ...opened, user, id: await idOfSession(page) };
  }

  it('makes an account with another service, and takes the MP3 along, in all tabs', async (context) => {
    const { page, wire, user, id, complaints } = await guestWithService(context);
    const other = await page.context().newPage();
    await other.goto(wire.url);
    await guestLink(other).waitFor();
    const asGuest = await expiryOfJobs(page);
    await notice(page).click();
    await page.getByText('Your MP3s come along').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0);
    await page.getByRole('button', { name: 'Create an account with Example Corp' }).click();
    await page.locator('.toast').getByText('The MP3s of your visit are in it until they expire').waitFor();
    await download(page).waitFor();
    assert.equal(await idOfSession(page), id);
    assert.deepEqual(await expiryOfJobs(page), asGuest);
    await accountLink(other).waitFor();
    await accountLink(page).click();
    await page.getByText(user.email).waitFor();
    assert.deepEqual(complaints, []);
  });

  it('stays a guest where the account of the other service is an account here, and is told so', async (context) => {
    const { page, user, id } = await guestWithService(context);
    started.users.set(user.email, user.password);
    await notice(page).click();
    await page.getByRole('button', { name: 'Create an account with Example Corp' }).click();
    await page.locator('.toast').getByText('You have an account here with that service already.').waitFor();
    await guestLink(page).waitFor();
    await download(page).waitFor();
    assert.equal(await idOfSession(page), id);
  });

  it('is warned before signing in by a passkey or another service, and leaves the MP3s behind then', async (context) => {
    const { page, user } = await guestWithService(context);
    started.users.set(user.email, user.password);
    await notice(page).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const warning =
      'The MP3s of your visit as a guest stay behind. Nobody can reach them once you have signed in.';
    await page.locator('form .notice.warn').getByText(warning).waitFor();
    for (const name of ['Sign in with a passkey', 'Sign in with Example Corp']) {
      const way = page.getByRole('button', { name });
      await expectDescription(way, warning);
    }
    await page.getByRole('button', { name: 'Sign in with Example Corp' }).click();
    await accountLink(page).waitFor();
    await page.getByText('Nothing here yet').waitFor();
    assert.equal(await idOfSession(page), testUserId(user.email));
  });

  it('is told where an address has an account already', async (context) => {
    const user = newUser();
    started.users.set(user.email, user.password);
    const { page } = await startedAsGuest(context);
    await notice(page).click();
    await fillIn(page, { ...user, password: 'another password' });
    await page.getByRole('alert').getByText('This address has an account already.').waitFor();
    await guestLink(page).waitFor();
  });

  it('is told of a film that is too large before it is sent, and can send it after registering', async (context) => {
    const { page, wire } = await startedAsGuest(context);
    const before = wire.sentBytes();
    await chooseFilms(page, await longFilm());
    await page
      .getByText(/^Too large: 17\.\d MB would have to be sent, and guests may send 10 MB at most\.$/)
      .waitFor();
    assert.ok(await convertButton(page).isDisabled());
    assert.ok(wire.sentBytes() - before < MEBIBYTE, 'the gateway has seen nothing of it');
    await page.getByRole('link', { name: 'Create an account to send larger films' }).click();
    await fillIn(page);
    await accountLink(page).waitFor();
    await page.getByRole('link', { name: 'All MP3s' }).click();
    await page.getByText('1:00', { exact: true }).waitFor();
    await convertButton(page).click();
    await download(page).waitFor();
  });

  it('is asked before signing out, by keyboard alone, with a focus that is never lost', async (context) => {
    const { page, complaints } = await visit(context);
    await startButton(page).waitFor();
    await tabTo(page, /^Try it without an account$/);
    await page.keyboard.press('Enter');
    await guestLink(page).waitFor();
    await requireFocus(page, 'the start');
    await tabTo(page, /^Create an account to reach them from anywhere$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You are a guest' }).waitFor();
    await requireFocus(page, 'the way to the account');
    await tabTo(page, /^Sign out$/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Sign out and lose your MP3s?' });
    await dialog.waitFor();
    await waitFor('the focus', async () => (await focused(page)).name === 'Stay');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await waitFor('the focus', async () => (await focused(page)).name === 'Sign out');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Sign out, lose them$/);
    await page.keyboard.press('Enter');
    await startButton(page).waitFor();
    await requireFocus(page, 'signing out');
    assert.deepEqual(await page.context().cookies(), []);
    assert.deepEqual(complaints, []);
  });

  it('is told when the session has ended, and can start again', async (context) => {
    const { page } = await started.open();
    context.after(() => page.context().close());
    await page.clock.install();
    await page.reload();
    await startButton(page).click();
    await guestLink(page).waitFor();
    started.auth.endSessions();
    await page.clock.fastForward('15:00');
    await page.locator('.toast').getByText('Your visit as a guest has ended.').waitFor();
    await startButton(page).waitFor();
  });
});

describe('the page where nobody can start as a guest', async () => {
  const started = await startSharedPage();

  it('says nothing of guests, and asks a visitor who drops a film to sign in', async (context) => {
    const { page } = await started.open();
    context.after(() => page.context().close());
    await page.locator('form.credentials').waitFor();
    await (await dragFilms(page, await noisyFilm('early.mp4', 2)))();
    await page.locator('.toast').getByText('Sign in or create an account.').waitFor();
    assert.equal(await startButton(page).count(), 0);
    assert.doesNotMatch(await page.locator('body').innerText(), /guest|without an account/i);
  });
});
