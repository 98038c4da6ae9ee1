import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { describe, it } from 'node:test';
import { basic } from '../support/basic-auth.ts';
import { client } from '../support/client.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
}

/** Logs in from an address of this machine. Linux has the whole of 127.0.0.0/8. */
function loginFrom(localAddress: string, url: string, credentials: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request(
    `${url}/login`,
    { method: 'POST', localAddress, headers: { authorization: credentials } },
    (reply) => {
      reply.resume().on('end', () => resolve({ status: reply.statusCode, headers: reply.headers }));
    },
  )
    .on('error', reject)
    .end();
  return promise;
}

for (const system of systemsUnderTest()) {
  describe(`limits over ${system.name}`, {
    skip: process.platform !== 'linux' && 'needs the addresses of Linux',
  }, () => {
    it('refuse whoever guesses from one address, with headers, and let the owner in from another', async () => {
      const api = client(system.gatewayUrl);
      const { email, password } = await api.newAccount();
      const right = basic(email, password);
      const strange = `127.9.${randomInt(256)}.${randomInt(1, 255)}`;
      const statuses = new Set<number | undefined>();
      let refused: Answer | undefined;
      for (let number = 0; number < 60 && !refused; number++) {
        const answer = await loginFrom(
          strange,
          system.gatewayUrl,
          basic(email, `a wrong password ${number}`),
        );
        statuses.add(answer.status);
        if (answer.status === 429) refused = answer;
      }
      assert.deepEqual(statuses, new Set([401, 429]));
      assert.equal(refused?.headers['ratelimit-policy'], '"logins";q=20;w=3600');
      assert.match(String(refused?.headers.ratelimit), /^"logins";r=0;t=\d+$/);
      assert.ok(Number(refused?.headers['retry-after']) > 3000);
      assert.equal((await loginFrom(strange, system.gatewayUrl, right)).status, 429);
      assert.equal((await loginFrom('127.0.0.1', system.gatewayUrl, right)).status, 200);
    });

    it('show an account what it has used', async () => {
      const api = client(system.gatewayUrl);
      const reply = await api.send('/account/usage', { headers: api.bearer(await api.newAccount()) });
      assert.equal(reply.status, 200);
      const { group, uploads } = (await reply.json()) as { group: string; uploads: object };
      assert.deepEqual([group, uploads], ['user', { used: 0, limit: null }]);
    });
  });
}
