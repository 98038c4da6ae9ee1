import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { describe, it } from 'node:test';
import { basic } from '../support/basic-auth.ts';
import { type Account, client } from '../support/client.ts';
import { linkIn, mailWith } from '../support/mailed-links.ts';
import { video } from '../support/media.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

const NEW_PASSWORD = 'a better one than before';

for (const system of systemsUnderTest()) {
  describe(`accounts over ${system.name}`, () => {
    const api = client(system.gatewayUrl);
    const { mailUrl } = system;

    const post = (path: string, body: object, account?: Account, method = 'POST') =>
      api.send(path, {
        method,
        headers: { 'content-type': 'application/json', ...(account && api.bearer(account)) },
        body: JSON.stringify(body),
      });
    const login = (email: string, password: string) =>
      api.send('/login', { method: 'POST', headers: { authorization: basic(email, password) } });
    const jobs = (account: Account) => api.send('/jobs', { headers: api.bearer(account) });
    const ended = (account: Account) =>
      waitFor('the session to be refused', async () => (await jobs(account)).status === 401);

    it('lets an owner who has forgotten the password choose another one by mail, and ends all sessions', async () => {
      const account = await api.newAccount();
      assert.equal((await jobs(account)).status, 200);
      assert.equal((await post('/account/reset', { email: account.email })).status, 202);
      const { action, token } = linkIn(await mailWith(mailUrl, account.email, 'Choose another password'));
      assert.equal(action, 'reset-password');
      assert.equal((await post('/account/reset/confirm', { token, password: NEW_PASSWORD })).status, 204);
      assert.equal((await post('/account/reset/confirm', { token, password: NEW_PASSWORD })).status, 410);
      await mailWith(mailUrl, account.email, 'Your password was changed');
      assert.equal((await login(account.email, account.password)).status, 401);
      assert.equal((await login(account.email, NEW_PASSWORD)).status, 200);
      await ended(account);
    });

    it('changes the address by a mail to the new one, and tells the old one', async () => {
      const account = await api.newAccount();
      const email = `new-${account.email}`;
      assert.equal(
        (await post('/account/email', { password: account.password, email }, account)).status,
        202,
      );
      const { action, token } = linkIn(await mailWith(mailUrl, email, 'Confirm your new address'));
      assert.equal(action, 'change-email');
      assert.equal((await post('/account/verification/confirm', { token })).status, 204);
      await mailWith(mailUrl, account.email, 'The address of your account was changed');
      assert.equal((await login(email, account.password)).status, 200);
      assert.equal((await login(account.email, account.password)).status, 401);
    });

    it('lists the sessions, and refuses the access token of one that was ended', async () => {
      const account = await api.newAccount();
      const granted = await login(account.email, account.password);
      const { access_token, refresh_token } = (await granted.json()) as Record<string, string>;
      const other = { ...account, token: String(access_token), refreshToken: String(refresh_token) };
      assert.equal((await jobs(other)).status, 200);
      const listed = await api.send('/account/sessions', { headers: api.bearer(account) });
      const { sessions } = (await listed.json()) as { sessions: { id: string; current: boolean }[] };
      assert.equal(sessions.length, 2);
      const { id } = sessions.find(({ current }) => !current) ?? assert.fail();
      const end = await api.send(`/account/sessions/${id}`, {
        method: 'DELETE',
        headers: api.bearer(account),
      });
      assert.equal(end.status, 204);
      await ended(other);
      assert.equal((await jobs(account)).status, 200);
    });

    it('deletes an account with its jobs and files, and frees its address', async () => {
      const account = await api.newAccount();
      const sent = await api.send('/upload?filename=a.mp4', {
        method: 'POST',
        headers: { ...api.bearer(account), 'content-type': 'video/mp4' },
        body: await openAsBlob(await video(3)),
      });
      const { id } = (await sent.json()) as { id: string };
      assert.equal((await api.finished(account, id)).status, 'done');
      const linked = await api.send(`/jobs/${id}/link`, { headers: api.bearer(account) });
      const { url } = (await linked.json()) as { url: string };
      const download = async () => {
        const { pathname, search } = new URL(url);
        const response = await api.send(pathname + search);
        await response.body?.cancel();
        return response.status;
      };
      assert.equal(await download(), 200);

      const wrong = await post('/account', { password: 'wrong' }, account, 'DELETE');
      assert.equal(wrong.status, 403);
      const deleted = await post('/account', { password: account.password }, account, 'DELETE');
      assert.equal(deleted.status, 204);
      await mailWith(mailUrl, account.email, 'Your account was deleted');
      await ended(account);
      await waitFor('the MP3 to be gone', async () => [404, 410].includes(await download()));
      const again = await api.newAccount(account.email);
      const { jobs: left } = (await (await jobs(again)).json()) as { jobs: unknown[] };
      assert.deepEqual(left, []);
    });
  });
}
