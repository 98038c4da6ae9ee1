import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InvokeReply } from '../../../../services/shared/dapr/sidecar.ts';
import { asOwner, buildGateway, jsonReply } from '../test-gateway.ts';

const PASSKEY = 'A'.repeat(22);
const IDENTITY = '0a'.repeat(32);
const noContent: InvokeReply = { status: 204, headers: {}, body: '' };

function build(answer: InvokeReply = noContent) {
  const gateway = buildGateway({ auth: () => answer });
  const calls = () =>
    gateway.invocations
      .filter(({ path }) => !path.startsWith('/.well-known'))
      .map(({ method, path, body }) => [method, path, JSON.parse(String(body ?? null))]);
  return { ...gateway, calls };
}

for (const [what, path, id] of [
  ['passkeys', '/account/passkeys', PASSKEY],
  ['identities', '/account/identities', IDENTITY],
] as const) {
  describe(`DELETE ${path}/{id}`, () => {
    const remove = (call: ReturnType<typeof build>['call'], body: object, named: string = id) =>
      call('DELETE', `${path}/${named}`, { headers: asOwner, body });

    for (const proof of [{ password: 'x' }, {}])
      it(`passes ${JSON.stringify(proof)} on to auth, and no other field`, async () => {
        const { call, calls } = build();
        assert.equal((await remove(call, { ...proof, id: 'another', provider: 'x' })).status, 204);
        assert.deepEqual(calls(), [['POST', `${path}/end`, { id, ...proof }]]);
      });

    it('answers 400 to a password that is no text, and does not ask auth', async () => {
      const { call, calls } = build();
      const { status, json } = await remove(call, { password: ['x'] });
      assert.deepEqual([status, json.code, calls()], [400, 'bad_request', []]);
    });

    it('answers 415 to a request without a body, and does not ask auth', async () => {
      const { call, calls } = build();
      const { status } = await call('DELETE', `${path}/${id}`, { headers: asOwner });
      assert.deepEqual([status, calls()], [415, []]);
    });

    for (const named of ['x', `${id}a`, '..%2Fend', `${id.slice(1)}%27`])
      it(`answers 404 to the id ${named} of ${what}, and does not ask auth`, async () => {
        const { call, calls } = build();
        const { status, json } = await remove(call, { password: 'x' }, named);
        assert.deepEqual([status, json.code, calls()], [404, 'not_found', []]);
      });
  });
}

describe('GET /session/oidc', () => {
  it('lets a browser keep the list for five minutes, because each visit of the page needs it', async () => {
    const { call } = build(jsonReply(200, { providers: [] }));
    const { json, headers } = await call('GET', '/session/oidc');
    assert.deepEqual(json, { providers: [] });
    assert.equal(headers['cache-control'], 'private, max-age=300');
  });

  it('has no browser keep an error', async () => {
    const problem = { 'content-type': 'application/problem+json' };
    const { call } = build(jsonReply(503, { status: 503, code: 'unavailable' }, problem));
    const { status, headers } = await call('GET', '/session/oidc');
    assert.deepEqual([status, headers['cache-control']], [503, 'no-store']);
  });
});

describe('GET /session/oidc/{provider}', () => {
  const begun = jsonReply(200, { url: 'https://provider.test/auth', attempt: 'A' });
  const access = asOwner.authorization.slice('Bearer '.length);
  const begin = async (cookie: string) => {
    const { call, calls } = build(begun);
    const { headers } = await call('GET', '/session/oidc/test', { headers: { ...(cookie && { cookie }) } });
    return [headers.location, calls().map(([, path]) => path)];
  };

  for (const [who, cookie] of [
    ['whose access token has expired and is gone', 'mp3_refresh=a.b'],
    ['whose access token is not valid any more', 'mp3_access=a.b.c; mp3_refresh=a.b'],
  ] as const)
    it(`sends a browser to the page ${who}, because it may be of a guest, and the page renews its session`, async () => {
      assert.deepEqual(await begin(cookie), ['/#/account', []]);
    });

  for (const [who, cookie] of [
    ['without a session', ''],
    ['of an owner', `mp3_access=${access}; mp3_refresh=a.b`],
  ] as const)
    it(`sends a browser ${who} to the provider`, async () => {
      assert.deepEqual(await begin(cookie), ['https://provider.test/auth', ['/oidc/begin']]);
    });
});
