import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Launched, launch } from '../../deploy/local/launch.ts';
import { basic } from '../support/basic-auth.ts';
import { client, mailsTo } from '../support/client.ts';
import { linkIn, mailWith } from '../support/mailed-links.ts';

const repoRoot = resolve(import.meta.dirname, '../..');

describe('a system that requires confirmed addresses', () => {
  const stateRoot = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'verified-'));
  let launched: Launched;

  before(async () => {
    const { signal } = new AbortController();
    const env = { REQUIRE_VERIFIED_EMAIL: 'true' };
    launched = await launch({ repoRoot, stateRoot, env, report: () => undefined, signal });
  });
  after(async () => {
    await launched?.stop();
    rmSync(stateRoot, { recursive: true, force: true });
  });

  it('sends one mail to an address that never agreed, and makes the account by its link', async () => {
    const api = client(launched.system.gatewayUrl);
    const mailUrl = launched.servers.mail.webUrl ?? '';
    const email = `user-${randomUUID()}@example.com`;
    const password = randomUUID();
    const post = (path: string, body: object) =>
      api.send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const login = async () => {
      const response = await api.send('/login', {
        method: 'POST',
        headers: { authorization: basic(email, password) },
      });
      const { code = '' } = (await response.json()) as { code?: string };
      return [response.status, code];
    };

    const registered = await post('/register', { email, password });
    assert.deepEqual([registered.status, await registered.json()], [202, { email, verification: 'sent' }]);
    assert.deepEqual(await login(), [403, 'email_not_verified']);
    const { action, token } = linkIn(await mailWith(mailUrl, email, 'Confirm your address'));
    assert.equal(action, 'verify-email');
    for (let i = 0; i < 5; i++) {
      await post('/register', { email, password });
      await post('/account/verification', { email });
      await post('/account/reset', { email });
    }
    assert.equal((await post('/account/verification/confirm', { token })).status, 204);
    assert.equal((await post('/account/verification/confirm', { token })).status, 410);
    assert.deepEqual(await login(), [200, '']);
    assert.equal((await mailsTo(mailUrl, email)).length, 1);

    assert.equal((await post('/register', { email, password: 'of a stranger' })).status, 202);
    await mailWith(mailUrl, email, 'You have an account already');
    assert.deepEqual(await login(), [200, '']);
  });
});
