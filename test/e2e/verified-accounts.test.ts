import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Launched, launch } from '../../deploy/local/launch.ts';
import { basic } from '../support/basic-auth.ts';
import { type Account, client, mailsTo } from '../support/client.ts';
import { linkIn, mailWith } from '../support/mailed-links.ts';
import { video } from '../support/media.ts';
import { waitFor } from '../support/wait.ts';

const repoRoot = resolve(import.meta.dirname, '../..');

const postTo =
  (api: ReturnType<typeof client>) =>
  (path: string, body: object, headers: Record<string, string> = {}) =>
    api.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

/** Logs in, and resolves with the status and the code of a refusal. */
async function login(
  api: ReturnType<typeof client>,
  { email, password }: Pick<Account, 'email' | 'password'>,
) {
  const response = await api.send('/login', {
    method: 'POST',
    headers: { authorization: basic(email, password) },
  });
  const { code = '' } = (await response.json()) as { code?: string };
  return [response.status, code];
}

describe('a system that requires confirmed addresses, and did not before', () => {
  const stateRoot = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'verified-'));
  let launched: Launched;
  let api: ReturnType<typeof client>;
  let post: ReturnType<typeof postTo>;
  let mailUrl: string;
  /** Accounts that were made before addresses had to be confirmed. The second one has sent a film, which is not converted yet. */
  let old: Account;
  let sender: Account;
  let key: string;

  async function start(env: Record<string, string>) {
    const { signal } = new AbortController();
    launched = await launch({ repoRoot, stateRoot, env, report: () => undefined, signal });
    api = client(launched.system.gatewayUrl);
    post = postTo(api);
    mailUrl = launched.servers.mail.webUrl ?? '';
  }

  before(async () => {
    await start({});
    old = await api.newAccount();
    const wanted = { name: 'a script', scopes: ['read'], password: old.password };
    const made = await post('/account/keys', wanted, api.bearer(old));
    ({ key } = (await made.json()) as { key: string });
    await mailWith(mailUrl, old.email, 'A new API key');
    sender = await api.newAccount();
    assert.equal((await api.uploadForm(sender, await video(2))).status, 202);
    await launched.stop();
    await start({ REQUIRE_VERIFIED_EMAIL: 'true' });
  });
  after(async () => {
    await launched?.stop();
    rmSync(stateRoot, { recursive: true, force: true });
  });

  it('sends one mail to an address that never agreed, and makes the account by its link', async () => {
    const email = `user-${randomUUID()}@example.com`;
    const password = randomUUID();
    const credentials = { email, password };

    const registered = await post('/register', credentials);
    assert.deepEqual([registered.status, await registered.json()], [202, { email, verification: 'sent' }]);
    assert.deepEqual(await login(api, credentials), [403, 'email_not_verified']);
    const { action, token } = linkIn(await mailWith(mailUrl, email, 'Confirm your address'));
    assert.equal(action, 'verify-email');
    for (let i = 0; i < 5; i++) {
      await post('/register', credentials);
      await post('/account/verification', { email });
      await post('/account/reset', { email });
    }
    assert.equal((await post('/account/verification/confirm', { token })).status, 204);
    assert.equal((await post('/account/verification/confirm', { token })).status, 410);
    assert.deepEqual(await login(api, credentials), [200, '']);
    assert.equal((await mailsTo(mailUrl, email)).length, 1);

    assert.equal((await post('/register', { email, password: 'of a stranger' })).status, 202);
    await mailWith(mailUrl, email, 'You have an account already');
    assert.deepEqual(await login(api, credentials), [200, '']);
  });

  it('lets nobody use an unconfirmed account until its address is confirmed by one mail', async () => {
    const { email } = old;
    const mails = async () => (await mailsTo(mailUrl, email)).map(({ subject }) => subject);
    const sent = await mails();
    const jobs = async (token: string) =>
      (await api.send('/jobs', { headers: { authorization: `Bearer ${token}` } })).status;
    assert.equal((await api.uploadForm(old, await video(2))).status, 401);
    assert.equal((await post('/refresh', { refresh_token: old.refreshToken })).status, 401);
    assert.deepEqual([await jobs(old.token), await jobs(key)], [401, 401]);
    assert.deepEqual(await login(api, old), [403, 'email_not_verified']);
    assert.deepEqual(await mails(), sent);

    for (let i = 0; i < 3; i++) await post('/account/verification', { email });
    const { token } = linkIn(await mailWith(mailUrl, email, 'Confirm your address'));
    await post('/register', { email, password: old.password });
    assert.equal((await post('/account/verification/confirm', { token })).status, 204);
    assert.deepEqual((await mails()).toSorted(), [...sent, 'Confirm your address'].toSorted());

    assert.deepEqual(await login(api, old), [200, '']);
    await waitFor('the API key to work again', async () => (await jobs(key)) === 200);
    const tokens = await api.send('/login', {
      method: 'POST',
      headers: { authorization: basic(email, old.password) },
    });
    const { access_token: access } = (await tokens.json()) as { access_token: string };
    assert.equal((await api.uploadForm({ ...old, token: access }, await video(2))).status, 202);
    await waitFor('the mail about the film', async () =>
      (await mails()).some((subject) => subject.startsWith('Your MP3 is ready')),
    );
  });

  it('mails what became of a film that was sent before addresses had to be confirmed', async () => {
    const mail = await waitFor(
      'the mail about the film',
      async () => (await mailsTo(mailUrl, sender.email))[0],
    );
    assert.match(mail.subject, /^Your MP3 is ready/);
  });
});
