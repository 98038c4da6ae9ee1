import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InvokeReply } from '../../../../services/shared/dapr/sidecar.ts';
import { asGuest, asOwner, buildGateway, jsonReply, tokenOf } from '../test-gateway.ts';

const SESSION = 'A'.repeat(22);
const asFriend = { authorization: `Bearer ${await tokenOf(undefined, { claims: { group: 'friend' } })}` };
const noContent = (): InvokeReply => ({ status: 204, headers: {}, body: '' });

function build(answer: () => InvokeReply = noContent) {
  const gateway = buildGateway({ auth: answer });
  const calls = () =>
    gateway.invocations
      .filter(({ path }) => !path.startsWith('/.well-known'))
      .map(({ method, path, body }) => [method, path, body === undefined ? undefined : String(body)]);
  return { ...gateway, calls };
}

describe('ownAccountRoutes', () => {
  for (const [method, path, body, called] of [
    ['GET', '/account', undefined, ['GET', '/account', undefined]],
    ['DELETE', '/account', '{"password":"x"}', ['POST', '/account/deletion', '{"password":"x"}']],
    [
      'POST',
      '/account/password',
      '{"current":"a","new":"b"}',
      ['POST', '/account/password', '{"current":"a","new":"b"}'],
    ],
    ['POST', '/account/email', '{"password":"a"}', ['POST', '/account/email', '{"password":"a"}']],
    ['GET', '/account/sessions', undefined, ['GET', '/account/sessions', undefined]],
    ['DELETE', '/account/sessions', undefined, ['POST', '/account/sessions/end-others', undefined]],
    [
      'DELETE',
      `/account/sessions/${SESSION}`,
      undefined,
      ['POST', '/account/sessions/end', JSON.stringify({ id: SESSION })],
    ],
  ] as const) {
    it(`passes ${method} ${path} on to auth with the access token`, async () => {
      const { call, calls, invocations } = build();
      const headers = { ...asOwner, ...(body && { 'content-type': 'application/json' }) };
      const reply = await call(method, path, { headers, ...(body && { body }) });
      assert.equal(reply.status, 204, reply.text);
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.deepEqual(calls(), [called]);
      assert.equal(invocations.at(-1)?.headers?.authorization, asOwner.authorization);
    });

    it(`refuses ${method} ${path} without a token, and does not ask auth`, async () => {
      const { call, calls } = build();
      const headers = body ? { 'content-type': 'application/json' } : {};
      const reply = await call(method, path, { headers, ...(body && { body }) });
      assert.deepEqual([reply.status, reply.json.code, calls()], [401, 'invalid_token', []]);
    });
  }

  for (const path of [
    '/account/verification',
    '/account/verification/confirm',
    '/account/reset',
    '/account/reset/confirm',
  ]) {
    it(`passes POST ${path} on to auth without a token`, async () => {
      const { call, calls } = build(() => ({ status: 202, headers: {}, body: '' }));
      const reply = await call('POST', path, { body: { token: 'x' } });
      assert.equal(reply.status, 202);
      assert.deepEqual(calls(), [['POST', path, '{"token":"x"}']]);
    });
  }

  for (const id of ['x', `${SESSION}A`, '..%2F..%2Fusers', `${'A'.repeat(21)}%27`, '%00'.repeat(22)]) {
    it(`answers 404 to the session id ${id}, and does not ask auth`, async () => {
      const { call, calls } = build();
      const reply = await call('DELETE', `/account/sessions/${id}`, { headers: asOwner });
      assert.deepEqual([reply.status, calls()], [404, []]);
    });
  }

  it('has the browser forget the session of an account that was deleted', async () => {
    const { call } = build();
    const reply = await call('DELETE', '/account', { headers: asOwner, body: { password: 'x' } });
    const cookies = [reply.headers['set-cookie']].flat().join('\n');
    assert.match(cookies, /mp3_access=; Path=\/; Max-Age=0/);
    assert.match(cookies, /mp3_refresh=; Path=\/session; Max-Age=0/);
  });

  it('passes a refusal of auth on, and keeps the cookies', async () => {
    const problem = { 'content-type': 'application/problem+json' };
    const { call } = build(() => jsonReply(403, { status: 403, code: 'wrong_password' }, problem));
    const reply = await call('DELETE', '/account', { headers: asOwner, body: { password: 'x' } });
    assert.deepEqual([reply.status, reply.json.code], [403, 'wrong_password']);
    assert.equal(reply.headers['set-cookie'], undefined);
  });

  it('refuses a change by cookie that another site has caused', async () => {
    const { call, calls } = build();
    const reply = await call('DELETE', '/account/sessions', {
      headers: { cookie: `mp3_access=${await tokenOf()}`, origin: 'https://evil.example' },
    });
    assert.deepEqual([reply.status, calls()], [403, []]);
  });

  it('passes the user agent of a login on under a name of its own, bounded and printable', async () => {
    const { call, invocations } = build();
    await call('POST', '/login', { headers: { 'user-agent': `Mo\u00e9zilla/5.0 ${'x'.repeat(500)}` } });
    const agent = String(invocations.at(-1)?.headers?.['x-client-user-agent']);
    assert.match(agent, /^Mo zilla\/5\.0 x+$/);
    assert.equal(agent.length, 200);
  });
});

describe('operatorAccountRoutes', () => {
  const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
  const answer = () => jsonReply(200, { accounts: [] });
  const operatorAccount = async () => ({
    authorization: `Bearer ${await tokenOf(undefined, { claims: { group: 'operator' } })}`,
  });

  it('lets an account of the group operator use the routes of the operator', async () => {
    const { call, calls } = build(answer);
    const headers = await operatorAccount();
    assert.equal((await call('GET', '/operator/failed', { headers })).status, 200);
    assert.equal(
      (await call('GET', '/operator/accounts?email=ann%2B1@example.com', { headers })).status,
      200,
    );
    const set = await call('PATCH', `/operator/accounts/${ID}`, { headers, body: { group: 'friend' } });
    assert.equal(set.status, 200, set.text);
    assert.deepEqual(calls(), [
      ['GET', '/operator/accounts?email=ann%2B1%40example.com', undefined],
      ['POST', '/operator/accounts/group', JSON.stringify({ id: ID, group: 'friend' })],
    ]);
  });

  it('works for such an account also where the gateway has no OPERATOR_TOKEN', async () => {
    const { call } = buildGateway({ hasOperator: false });
    const headers = await operatorAccount();
    assert.equal((await call('GET', '/operator/failed', { headers })).status, 200);
    assert.equal((await call('GET', '/operator/failed', { headers: asOwner })).status, 404);
  });

  for (const [who, headers] of [
    ['a user', asOwner],
    ['a guest', asGuest],
    ['a friend', asFriend],
    ['nobody', {}],
  ] as const) {
    it(`refuses ${who} with 401, and does not ask auth`, async () => {
      const { call, calls } = build(answer);
      for (const [method, path] of [
        ['GET', '/operator/accounts?email=a@example.com'],
        ['PATCH', `/operator/accounts/${ID}`],
        ['GET', '/operator/failed'],
      ] as const)
        assert.equal((await call(method, path, { headers })).status, 401, path);
      assert.deepEqual(calls(), []);
    });
  }

  for (const [what, path, body, status] of [
    ['an unknown group', `/operator/accounts/${ID}`, { group: 'emperor' }, 400],
    ['the group of guests', `/operator/accounts/${ID}`, { group: 'guest' }, 400],
    ['an id that is none', '/operator/accounts/..%2Fgroup', { group: 'friend' }, 404],
  ] as const) {
    it(`refuses ${what} with ${status}`, async () => {
      const { call, calls } = build(answer);
      const reply = await call('PATCH', path, { headers: await operatorAccount(), body });
      assert.deepEqual([reply.status, calls()], [status, []]);
    });
  }
});
