import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readEnvFile } from '../../deploy/local/write-secrets.ts';
import { client } from '../support/client.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

for (const system of systemsUnderTest()) {
  describe(`access to a system over ${system.name}`, () => {
    const { apps, tokens, otherSidecar } = system;

    const inner: [app: 'auth' | 'converter' | 'notification', method: string, path: string][] = [
      ['auth', 'POST', '/login'],
      ['auth', 'GET', '/.well-known/jwks.json'],
      ['auth', 'GET', '/users'],
      ['converter', 'POST', '/events/video'],
      ['notification', 'POST', '/events/mp3'],
    ];
    for (const [app, method, path] of inner) {
      it(`answers 403 to a call of ${path} of ${app} that does not come from its sidecar`, async () => {
        const response = await fetch(`http://127.0.0.1:${apps[app].appPort}${path}`, { method });
        assert.equal(response.status, 403);
      });
    }

    for (const app of ['gateway', 'auth', 'converter', 'notification'] as const) {
      it(`reports ${app} and its sidecar as ready`, async () => {
        const response = await fetch(`http://127.0.0.1:${apps[app].appPort}/readyz`);
        assert.equal(response.status, 200, await response.text());
      });

      it(`answers 401 to a call of the sidecar of ${app} without its token`, async () => {
        const response = await fetch(`http://127.0.0.1:${apps[app].daprHttpPort}/v1.0/metadata`);
        assert.equal(response.status, 401);
      });

      it(`gives out no secret through the sidecar of ${app}`, async () => {
        const response = await fetch(
          `http://127.0.0.1:${apps[app].daprHttpPort}/v1.0/secrets/secrets/mp3converter`,
          { headers: { 'dapr-api-token': tokens.daprApi } },
        );
        assert.ok(response.status >= 400, String(response.status));
        assert.doesNotMatch(await response.text(), /amqp:|mysql:|mongodb:/);
      });
    }

    it('writes no password, token or secret to a log', async () => {
      const api = client(system.gatewayUrl);
      const account = await api.newAccount();
      await api.send('/jobs', { headers: api.bearer(account) });
      const data = join(system.stateRoot, '.data');
      const { mp3converter } = JSON.parse(await readFile(join(data, 'secrets.json'), 'utf8'));
      const gateway = readEnvFile(system.stateRoot, 'gateway');
      await api.send('/operator/failed', {
        headers: { authorization: `Bearer ${gateway.OPERATOR_TOKEN}` },
      });
      const secrets = [
        account.password,
        account.token,
        account.refreshToken,
        tokens.daprApi,
        tokens.appApi,
        gateway.OPERATOR_TOKEN,
        gateway.LINK_SECRET,
        gateway.EVENT_SECRET,
        ...passwordsIn(mp3converter),
        new URL(system.mysqlUrl).password,
      ];
      for (const name of await readdir(join(data, 'logs'))) {
        const log = await readFile(join(data, 'logs', name), 'latin1');
        for (const secret of secrets) {
          assert.ok(secret && !log.includes(secret), `${name} contains a secret`);
        }
      }
    });

    it('answers 404 to a public request for the list of users', async () => {
      assert.equal((await client(system.gatewayUrl).send('/users')).status, 404);
    });

    it('serves the public API to another app by Dapr service invocation', async () => {
      const api = client(`http://127.0.0.1:${otherSidecar.daprHttpPort}/v1.0/invoke/gateway/method`, {
        'dapr-api-token': tokens.daprApi,
      });
      const account = await api.newAccount();
      const jobs = await api.send('/jobs', { headers: api.bearer(account) });
      assert.deepEqual(await jobs.json(), { jobs: [], next_cursor: null });
    });
  });
}

/** The passwords of the servers in the file of the secret store. */
const passwordsIn = (secrets: Record<string, string>): string[] =>
  Object.entries(secrets).flatMap(([name, value]) => {
    if (name.endsWith('-url')) return new URL(value).password;
    return name.endsWith('-password') && value !== '' ? value : [];
  });
