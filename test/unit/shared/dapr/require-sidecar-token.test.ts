import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { requireSidecarToken } from '../../../../services/shared/dapr/require-sidecar-token.ts';
import { createApp } from '../../../../services/shared/http/koa-app.ts';
import { inProcess } from '../../../support/in-process.ts';

function call(token: string | undefined, headers: Record<string, string> = {}) {
  const app = createApp(pino({ level: 'silent' }));
  app.use(requireSidecarToken(token)).use((context) => {
    context.body = 'in';
  });
  return inProcess(app)('GET', '/', { headers });
}

describe('requireSidecarToken', () => {
  const TABLE: [what: string, headers: Record<string, string>, status: number][] = [
    ['the token', { 'dapr-api-token': 'secret' }, 200],
    ['no token', {}, 403],
    ['an empty token', { 'dapr-api-token': '' }, 403],
    ['a part of the token', { 'dapr-api-token': 'secre' }, 403],
    ['more than the token', { 'dapr-api-token': 'secret1' }, 403],
    ['the token in another case', { 'dapr-api-token': 'SECRET' }, 403],
    ['the token in another header', { authorization: 'Bearer secret' }, 403],
  ];
  for (const [what, headers, status] of TABLE) {
    test(`answers ${status} to a request with ${what}`, async () => {
      const reply = await call('secret', headers);
      assert.equal(reply.status, status);
      if (status === 403) assert.equal(reply.json.code, 'forbidden');
    });
  }

  test('admits everybody when no token is set, which config.ts allows only on loopback', async () => {
    assert.equal((await call(undefined)).status, 200);
  });
});
