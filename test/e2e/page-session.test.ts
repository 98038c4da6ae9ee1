import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { basic } from '../support/basic-auth.ts';
import { client } from '../support/client.ts';
import { browserAt } from '../support/cookie-browser.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

for (const system of systemsUnderTest()) {
  describe(`the session of the page over ${system.name}`, () => {
    const signIn = async () => {
      const account = await client(system.gatewayUrl).newAccount();
      const browser = browserAt(system.gatewayUrl);
      const authorization = basic(account.email, account.password);
      const { status, json } = await browser.send('POST', '/session', { headers: { authorization } });
      assert.equal(status, 200);
      assert.equal(json.account.email, account.email);
      return { ...browser, account };
    };

    it('serves the page', async () => {
      const response = await fetch(system.gatewayUrl);
      assert.equal(response.status, 200);
      assert.match(await response.text(), /<script type="module" src="\/assets\//);
    });

    it('authorises the whole API by the cookie, and ends when somebody signs out', async () => {
      const { send, jar, copy } = await signIn();
      assert.deepEqual((await send('GET', '/jobs')).json.jobs, []);
      const before = copy();
      assert.equal((await send('DELETE', '/session')).status, 204);
      assert.equal(jar.size, 0);
      assert.equal((await send('GET', '/jobs')).status, 401);
      const stolen = await before.send('POST', '/session/renewal');
      assert.deepEqual([stolen.status, stolen.json.code], [401, 'invalid_token']);
    });

    it('goes on where the response to a renewal was lost', async () => {
      const { send, jar, copy } = await signIn();
      const lost = copy();
      assert.equal((await lost.send('POST', '/session/renewal')).status, 200);
      assert.equal((await send('POST', '/session/renewal')).status, 200);
      assert.equal(jar.get('mp3_refresh'), lost.jar.get('mp3_refresh'));
      assert.equal((await send('POST', '/session/renewal')).status, 200);
      assert.equal((await send('GET', '/jobs')).status, 200);
    });

    it('lets no page of another origin act', async () => {
      const { send } = await signIn();
      const headers = { origin: 'http://localhost:1' };
      for (const [method, target] of [
        ['POST', '/session/renewal'],
        ['DELETE', '/session'],
      ] as const)
        assert.equal((await send(method, target, { headers })).status, 403, target);
      assert.notEqual((await send('GET', '/session')).json.account, null);
    });

    it('writes no token to a log and to no response', async () => {
      const { send, jar } = await signIn();
      const secrets = [...jar.values()];
      const { text } = await send('POST', '/session/renewal');
      secrets.push(...jar.values());
      const folder = path.join(system.stateRoot, '.data/logs');
      const logs = await Promise.all(
        (await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')),
      );
      for (const secret of secrets)
        for (const written of [text, ...logs]) assert.ok(!written.includes(secret));
    });
  });
}
