import assert from 'node:assert/strict';
import { mp4 } from '../../unit/gateway/sample-uploads.ts';
import { ORIGIN } from './build-system.ts';
import type { Browser } from './provider-system.ts';

export const PASSWORD = 'open: sésame';

/** What a guest does in a browser, and what has become of the guest. */
export function visitingGuest(browser: Browser) {
  const { call } = browser;
  return {
    ...browser,
    /** Starts as a guest and sends a film. Returns the id of the guest, and the job. */
    async start() {
      const { json } = await call('POST', '/session/guest');
      const sent = await call('POST', '/upload?filename=a.mp4', {
        headers: { 'content-type': 'video/mp4' },
        body: mp4(1000),
      });
      assert.equal(sent.status, 202, sent.text);
      return { id: String(json.account.id), job: await this.job() };
    },
    /** The only job of whoever is signed in, with the time when it expires. */
    async job() {
      const { jobs } = (await call('GET', '/jobs')).json;
      assert.equal(jobs.length, 1);
      return [jobs[0].id, jobs[0].expires_at] as const;
    },
    /** Begins a sign-in from the page, and returns what the gateway answers. */
    send: (body: object = {}, headers: Record<string, string> = {}) =>
      call('POST', '/session/oidc/test', { body, headers }),
    /** Begins a sign-in from the page, and returns where the browser is sent. */
    async beginAsGuest(body: object = {}) {
      const { status, json, text } = await this.send(body);
      assert.equal(status, 200, text);
      return String(json.url);
    },
    /** Comes back as a browser does, and returns what the page is told. */
    async outcome(address: string) {
      const { status, headers } = await browser.back(address);
      assert.equal(status, 303);
      return String(headers.location);
    },
    register: (email: string) =>
      call('POST', '/session/registration', { body: { email, password: PASSWORD } }),
    signOut: () => call('DELETE', '/session', { headers: { origin: ORIGIN } }),
  };
}
