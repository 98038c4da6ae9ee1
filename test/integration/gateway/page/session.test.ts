import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { type ErrorCode, STATUS } from '../../../../services/shared/runtime/errors.ts';
import { newJob } from '../../../support/job.ts';
import { waitFor } from '../../../support/wait.ts';
import { mp4, testUserId } from '../../../unit/gateway/client/test-gateway.ts';
import { signOut, signUp, startPage, USER } from './open-page.ts';

const signInForm = (page: Page) => page.getByRole('heading', { name: 'Sign in' });
const accountLink = (page: Page) => page.getByRole('link', { name: 'Account' });

async function signedIn(context: TestContext) {
  const system = await startPage(context);
  const opened = await system.open();
  await signUp(opened.page);
  return { ...system, ...opened };
}

describe('the session of the page', () => {
  it('starts with a registration, survives a reload, and ends when the user signs out', async (context) => {
    const { page, complaints, origins, url } = await signedIn(context);
    await page.reload();
    await accountLink(page).click();
    await page.getByText(USER.email).waitFor();
    assert.equal(await page.evaluate('document.cookie'), '', 'no script can read the tokens');
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    assert.doesNotMatch(String(kept), /eyJ|refresh|access/);
    await signOut(page);
    assert.deepEqual(await page.context().cookies(), []);
    assert.deepEqual(complaints, []);
    assert.deepEqual([...origins], [url]);
  });

  it('is renewed while the page is open, before any request is refused', async (context) => {
    const { page, calls, auth, url } = await signedIn(context);
    await page.clock.install();
    await page.reload();
    await accountLink(page).waitFor();
    auth.tokens.clear();
    const renewed = page.waitForResponse(`${url}/session/renewal`);
    await page.clock.fastForward('15:00');
    assert.equal((await renewed).status(), 200);
    assert.ok(calls.includes('/refresh'));
    await accountLink(page).waitFor();
  });

  it('asks the user to sign in again when it has ended, and then continues', async (context) => {
    const { page, auth } = await signedIn(context);
    await page.clock.install();
    await page.reload();
    await accountLink(page).waitFor();
    auth.endSessions();
    await page.clock.fastForward('15:00');
    await page.getByRole('heading', { name: 'Your session has ended.' }).waitFor();
    assert.equal(await page.getByLabel('E-mail address').inputValue(), USER.email);
    await waitFor('the focus', () => page.evaluate("document.activeElement.name === 'password'"));
    await page.keyboard.type(USER.password);
    await page.keyboard.press('Enter');
    await accountLink(page).waitFor();
  });

  it('is the same in all tabs', async (context) => {
    const { page, auth } = await signedIn(context);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await accountLink(other).waitFor();
    await signOut(page);
    await signInForm(other).waitFor();
    assert.equal(await other.getByText('Your session has ended').count(), 0);
    await other.getByLabel('E-mail address').fill(USER.email);
    await other.getByLabel('Password').fill(USER.password);
    await other.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your account' }).or(accountLink(page)).first().waitFor();
    assert.equal(auth.sessions.size, 1);
  });

  it('ends on this device even while auth is down, and the page says so', async (context) => {
    const { page, auth } = await signedIn(context);
    auth.outage.isOn = true;
    await signOut(page);
    await signInForm(page).waitFor();
    await page.locator('.toast').getByText('You are signed out on this device.').waitFor();
    assert.deepEqual(await page.context().cookies(), []);
  });

  it('says in the language of the user why a registration is refused', async (context) => {
    const { open } = await startPage(context);
    const { page } = await open({ locale: 'de-DE' });
    await page.getByRole('button', { name: 'Konto erstellen' }).click();
    await page.getByLabel('E-Mail').fill(USER.email);
    await page.getByLabel('Passwort').fill(USER.password);
    const REFUSALS: [code: ErrorCode, text: string][] = [
      ['weak_password', 'Dieses Passwort ist zu kurz oder zu leicht zu erraten.'],
      ['invalid_email', 'An diese Adresse lässt sich keine Mail senden.'],
      ['email_taken', 'Melde dich damit an, oder wähle per E-Mail ein neues Passwort.'],
      ['too_many_requests', 'Das war zu viel auf einmal.'],
      ['unavailable', 'Etwas, das der Server braucht, antwortet nicht.'],
      ['internal', 'Der Server hat einen Fehler gemacht.'],
    ];
    for (const [code, text] of REFUSALS) {
      const body = JSON.stringify({
        code,
        status: STATUS[code],
        title: code,
        detail: 'a sentence in English',
      });
      const answer = { status: STATUS[code], contentType: 'application/problem+json', body };
      await page.route('**/register', (route) => route.fulfill(answer), { times: 1 });
      await page.getByRole('button', { name: 'Konto erstellen' }).click();
      await page.getByRole('alert').getByText(text).waitFor();
    }
  });

  it('never makes the browser ask for a password itself', async (context) => {
    const { open } = await startPage(context);
    const { page } = await open();
    const browser = await page.context().newCDPSession(page);
    const asked: string[] = [];
    const closed = () => undefined;
    browser.on('Fetch.authRequired', ({ request, requestId }) => {
      asked.push(request.url);
      const authChallengeResponse = { response: 'CancelAuth' as const };
      browser.send('Fetch.continueWithAuth', { requestId, authChallengeResponse }).catch(closed);
    });
    browser.on('Fetch.requestPaused', ({ requestId }) => {
      browser.send('Fetch.continueRequest', { requestId }).catch(closed);
    });
    await browser.send('Fetch.enable', { handleAuthRequests: true });
    await page.getByLabel('E-mail address').fill('nobody@example.com');
    await page.getByLabel('Password').fill('a wrong password');
    await page.keyboard.press('Enter');
    await page.getByText('The e-mail address or the password is wrong.').waitFor();
    for (const path of ['/session/renewal', '/jobs/018f0000-0000-7000-8000-000000000001/retry'])
      await page.evaluate(`fetch(${JSON.stringify(path)}, { method: 'POST' })`);
    await page.goto(`${page.url()}jobs`).catch(() => undefined);
    assert.deepEqual(asked, []);
  });
});

/** A page of another origin of the same site, to which a browser sends the cookies of the gateway: another port of the host. */
async function openForeignPage(context: TestContext, page: Page): Promise<Page> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>foreign</title><iframe name="frame"></iframe>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const foreign = await page.context().newPage();
  await foreign.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  return foreign;
}

describe('the session cookie of the page', () => {
  it('gives no access to a page on another port of the same host', async (context) => {
    const { page, url, jobs } = await signedIn(context);
    const job = newJob({ owner: testUserId(USER.email) });
    await jobs.create(job);
    const foreign = await openForeignPage(context, page);
    const statuses: number[] = [];
    foreign.on('response', (response) => {
      if (response.url().startsWith(url)) statuses.push(response.status());
    });
    const target = JSON.stringify(`${url}/jobs/${job.id}/cancel`);
    await foreign.evaluate(
      `fetch(${target}, { method: 'POST', mode: 'no-cors', credentials: 'include' }).catch(() => undefined)`,
    );
    const answered = foreign.waitForEvent('response');
    await foreign.evaluate(`{
      const form = document.createElement('form');
      Object.assign(form, { method: 'POST', action: ${target}, target: 'frame' });
      document.body.append(form);
      form.submit();
    }`);
    await answered;
    // 401 would say that the browser has not sent the cookie. It did, so only the check of the origin protects.
    assert.deepEqual(statuses, [403, 403]);
    assert.equal((await jobs.find(job.id))?.status, 'queued');
  });

  it('authorises event streams and resumable uploads of the page', async (context) => {
    const { page } = await signedIn(context);
    const bytes = mp4(50_000).toString('base64');
    const upload = (await page.evaluate(`(async () => {
      const bytes = Uint8Array.from(atob(${JSON.stringify(bytes)}), (letter) => letter.charCodeAt(0));
      const tus = { 'Tus-Resumable': '1.0.0' };
      const created = await fetch('/uploads', {
        method: 'POST',
        headers: { ...tus, 'Upload-Length': bytes.length, 'Upload-Metadata': 'filename ' + btoa('a.mp4') },
      });
      const events = (await fetch('/jobs/events')).body.pipeThrough(new TextDecoderStream()).getReader();
      const headers = { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' };
      const sent = await fetch(created.headers.get('location'), { method: 'PATCH', headers, body: bytes });
      let text = '';
      while (!text.includes('event: job')) text += (await events.read()).value;
      await events.cancel();
      return { statuses: [created.status, sent.status], text };
    })()`)) as { statuses: number[]; text: string };
    assert.deepEqual(upload.statuses, [201, 204]);
    assert.match(upload.text, /a\.mp4/);
  });
});
