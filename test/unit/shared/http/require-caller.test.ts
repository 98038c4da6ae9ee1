import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type Koa from 'koa';
import { callerToken, createSignedInvoke } from '../../../../services/shared/contract/caller-token.ts';
import type { EventSecrets } from '../../../../services/shared/contract/event-secret.ts';
import { createApp } from '../../../../services/shared/http/koa-app.ts';
import { requireCaller } from '../../../../services/shared/http/require-caller.ts';
import { subscriberOptions } from '../../../support/deliver-event.ts';
import { inProcess } from '../../../support/in-process.ts';

const SECRETS: EventSecrets = ['a secret of the system, which is long enough'];

function build(secrets: EventSecrets | undefined) {
  const { log, metrics } = subscriberOptions();
  const app: Koa = createApp(log, metrics) as unknown as Koa;
  app.use(requireCaller('auth', secrets, ['/open']));
  app.use((context) => {
    context.body = { path: context.path };
  });
  return inProcess(app as never);
}

describe('requireCaller', () => {
  const cases: [what: string, path: string, token: string | undefined, status: number][] = [
    ['a call with the token for this app', '/login', callerToken('auth', SECRETS), 200],
    ['a call without a token', '/login', undefined, 403],
    ['a call with a wrong token', '/login', 'x', 403],
    ['a call with the token for another app', '/login', callerToken('converter', SECRETS), 403],
    ['a call of a path that is open', '/open', undefined, 200],
    ['a call of a path below one that is open', '/open/users', undefined, 403],
    ['a call of a path that differs in a slash', '//open', undefined, 403],
  ];
  for (const [what, path, token, status] of cases) {
    it(`answers ${status} to ${what}`, async () => {
      const headers = token === undefined ? {} : { 'x-caller-token': token };
      assert.equal((await build(SECRETS)('GET', path, { headers })).status, status);
    });
  }

  it('lets every call pass without a secret', async () => {
    assert.equal((await build(undefined)('GET', '/login')).status, 200);
  });
});

describe('createSignedInvoke', () => {
  it('adds the token of the app that is called, and keeps the other headers', async () => {
    const calls: unknown[] = [];
    const invoke = createSignedInvoke(async (...call) => {
      calls.push(call);
      return { status: 200, headers: {}, body: '' };
    }, SECRETS);
    await invoke('auth', { method: 'GET', path: '/x', headers: { authorization: 'Bearer y' } });
    const headers = { authorization: 'Bearer y', 'x-caller-token': callerToken('auth', SECRETS) };
    assert.deepEqual(calls, [['auth', { method: 'GET', path: '/x', headers }]]);
  });
});
