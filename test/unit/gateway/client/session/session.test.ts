import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { requestTokens } from '../../../../../services/gateway/client/session/accounts.ts';
import { createSession } from '../../../../../services/gateway/client/session/session.ts';
import { createMemoryTokens, type Tokens } from '../../../../../services/gateway/client/session/tokens.ts';
import { createTestClock } from '../test-clock.ts';
import { createTestGateway } from '../test-gateway.ts';
import { problem, transportTo } from '../test-transport.ts';

const USER = { email: 'ann@example.com', password: 'open: sésame' };
const { signal } = new AbortController();

/** Accepts one access token and one refresh token at a time, as auth does. */
async function build(context: TestContext, { logIn }: { logIn?: () => Promise<Tokens> } = {}) {
  let current = 1;
  const calls: string[] = [];
  const grant = (number: number): Tokens => ({
    access_token: `access-${number}`,
    expires_in: 900,
    refresh_token: `refresh-${number}`,
  });
  const transport = transportTo(context, async (request, response) => {
    const body = await text(request);
    calls.push(`${request.url} ${body || request.headers.authorization}`);
    if (request.url === '/logout') return void response.writeHead(204).end();
    const isValid =
      request.url === '/refresh'
        ? JSON.parse(body).refresh_token === `refresh-${current}`
        : request.headers.authorization === `Bearer access-${current}`;
    if (!isValid) return problem(response, 401, 'invalid_token');
    sendJson(response, request.url === '/refresh' ? grant(++current) : {});
  });
  const clock = createTestClock();
  const tokens = createMemoryTokens();
  const session = createSession({ transport, tokens, clock, signal, ...(logIn && { logIn }) });
  session.start(grant(1));
  const list = async () => (await session.send({ method: 'GET', path: '/jobs', signal })).discard();
  const revoke = () => {
    current += 10;
  };
  return { session, tokens, clock, calls, list, revoke, grant };
}

const sendJson = (response: ServerResponse, content: object) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content));

describe('createSession', () => {
  it('replaces its token before it expires, and when it is refused', async (context) => {
    const { transport, users, tokens, calls } = createTestGateway(context);
    users.set(USER.email, USER.password);
    const clock = createTestClock();
    const logIn = () => requestTokens(transport, USER, signal);
    const session = createSession({ transport, tokens: createMemoryTokens(), logIn, clock, signal });
    session.start(await logIn());
    const list = async () => (await session.send({ method: 'GET', path: '/jobs', signal })).discard();
    await list();
    clock.advance(880_000);
    await list();
    // This gateway knows no refresh token, so each renewal ends in a login.
    assert.deepEqual(calls.splice(0), ['/login', '/refresh', '/login']);
    tokens.clear();
    await list();
    assert.deepEqual(calls, ['/refresh', '/login']);
  });

  it('shares one refresh among requests at the same time', async (context) => {
    const { clock, calls, list } = await build(context);
    clock.advance(880_000);
    await Promise.all([list(), list(), list()]);
    assert.equal(calls.filter((call) => call.startsWith('/refresh')).length, 1);
    assert.equal(calls.filter((call) => call === '/jobs Bearer access-2').length, 3);
  });

  it('uses each refresh token once', async (context) => {
    const { clock, calls, list } = await build(context);
    for (let hour = 0; hour < 2; hour++) {
      clock.advance(3_600_000);
      await list();
    }
    assert.deepEqual(calls, [
      '/refresh {"refresh_token":"refresh-1"}',
      '/jobs Bearer access-2',
      '/refresh {"refresh_token":"refresh-2"}',
      '/jobs Bearer access-3',
    ]);
  });

  it('throws invalid_token and forgets the tokens where it cannot log in again', async (context) => {
    const { list, revoke, tokens } = await build(context);
    revoke();
    await assert.rejects(list(), { code: 'invalid_token', status: 401 });
    assert.equal(tokens.get(), undefined);
    await assert.rejects(list(), /log in first/);
  });

  it('keeps its tokens when the gateway cannot refresh them at the moment', async (context) => {
    const transport = transportTo(context, (_request, response) => problem(response, 503, 'unavailable'));
    const tokens = createMemoryTokens();
    const clock = createTestClock();
    const session = createSession({ transport, tokens, clock, signal });
    session.start({ access_token: 'a', expires_in: 900, refresh_token: 'r' });
    clock.advance(3_600_000);
    await assert.rejects(session.send({ method: 'GET', path: '/jobs', signal }), { code: 'unavailable' });
    assert.equal(tokens.get()?.refresh_token, 'r');
  });

  it('ends the wait for a shared refresh when the request is aborted', async (context) => {
    const transport = transportTo(context, () => undefined);
    const clock = createTestClock();
    const stop = new AbortController();
    context.after(() => stop.abort());
    const ports = { transport, tokens: createMemoryTokens(), clock, signal: stop.signal };
    const session = createSession(ports);
    session.start({ access_token: 'a', expires_in: 900, refresh_token: 'r' });
    clock.advance(3_600_000);
    const request = new AbortController();
    const sending = session.send({ method: 'GET', path: '/jobs', signal: request.signal });
    request.abort(new Error('the user has left the page'));
    await assert.rejects(sending, /left the page/);
  });

  it('revokes the refresh token at the logout', async (context) => {
    const { session, calls, tokens } = await build(context);
    await session.logOut(signal);
    assert.deepEqual(calls, ['/logout {"refresh_token":"refresh-1"}']);
    assert.equal(tokens.get(), undefined);
  });
});
