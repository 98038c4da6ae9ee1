import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import type { Context } from 'koa';
import { createAccountLimits } from '../../../../services/gateway/accounts/account-limits.ts';
import type { InvokeReply } from '../../../../services/shared/dapr/sidecar.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import type { Reply } from '../../../support/in-process.ts';
import { asOwner, buildGateway, jsonReply } from '../test-gateway.ts';

const UNDER_WAY = 16;
const WAITING = 48;
const LOGINS = 190;

/** A gateway with 190 concurrent logins, and an auth service that answers them only when `answer` is resolved. */
async function flooded(path = '/login', { asked = path, places = UNDER_WAY + WAITING } = {}) {
  const answer = Promise.withResolvers<InvokeReply>();
  const authPaths: string[] = [];
  const gateway = buildGateway({
    guests: true,
    auth(request) {
      authPaths.push(request.path);
      return request.path === asked ? answer.promise : jsonReply(200, { access_token: 'a' });
    },
  });
  const replies: Reply[] = [];
  const body = { email: 'ann@example.com', password: 'wrong' };
  const flood = Array.from({ length: LOGINS }, async () => {
    replies.push(
      await gateway.call('POST', path, {
        headers: { origin: 'http://gateway.test' },
        ...(path === '/register' && { body }),
      }),
    );
  });
  await eventually(() => replies.length >= LOGINS - places);
  await runEventLoop();
  return { gateway, authPaths, replies, flood: Promise.all(flood), answer };
}

describe('account routes, while auth answers none of 190 logins', () => {
  for (const path of ['/login', '/register']) {
    test(`send 16 calls of ${path} to auth, let 48 wait, and answer the others at once with 503 and Retry-After`, async () => {
      const { authPaths, replies, flood, answer } = await flooded(path);
      assert.equal(authPaths.length, UNDER_WAY);
      assert.equal(replies.length, LOGINS - UNDER_WAY - WAITING);
      for (const { status, json, headers } of replies) {
        assert.deepEqual([status, json.code, headers['retry-after']], [503, 'unavailable', '2']);
      }
      answer.resolve(jsonReply(401, {}, { 'content-type': 'application/problem+json' }));
      await flood;
      assert.equal(replies.filter(({ status }) => status === 401).length, UNDER_WAY + WAITING);
    });
  }

  test('serve users who are logged in, although the keys for their tokens are fetched from auth', async () => {
    const { gateway, flood, answer } = await flooded();
    assert.equal((await gateway.call('GET', '/jobs', { headers: asOwner })).status, 200);
    assert.ok(gateway.invocations.some(({ path }) => path === '/.well-known/jwks.json'));
    answer.resolve(jsonReply(200, {}));
    await flood;
  });

  test('send a refresh and a logout to auth, because these do not wait behind logins', async () => {
    const { gateway, authPaths, flood, answer } = await flooded();
    for (const path of ['/refresh', '/logout']) {
      assert.equal((await gateway.call('POST', path, { body: { refresh_token: 'r' } })).status, 200);
      assert.equal(authPaths.at(-1), path);
    }
    answer.resolve(jsonReply(200, {}));
    await flood;
  });
});

describe('createAccountLimits, for many addresses while all calls are under way', () => {
  const problem = (code: string) => JSON.stringify({ code });
  const FLOOD = 40;

  /** Returns the place at which a newcomer is served beside {@link FLOOD} calls from an address with an earlier answer. */
  async function placeBeside(earlier: { status: number; body?: string }): Promise<number> {
    const runLimited = createAccountLimits(({ headers }) => String(headers['x-from']));
    const from = (address: string) => {
      const { res } = contextOf();
      return { res, req: { headers: { 'x-from': address } } } as unknown as Context;
    };
    const answer = Promise.withResolvers<void>();
    const order: string[] = [];
    const run = (address: string) =>
      runLimited('passwords', from(address), async () => {
        await answer.promise;
        order.push(address);
        return { status: 500 };
      });
    await runLimited('passwords', from('earlier'), async () => earlier);
    const flood = Array.from({ length: FLOOD }, () => run('earlier'));
    await runEventLoop();
    const newcomer = run('newcomer');
    answer.resolve();
    await Promise.all([...flood, newcomer]);
    return order.indexOf('newcomer') + 1;
  }

  for (const [what, earlier, isKnown] of [
    ['a login', { status: 200 }, true],
    ['a registration that made an account', { status: 201 }, true],
    ['a registration that has to be confirmed', { status: 202 }, false],
    ['the password of an unconfirmed account', { status: 403, body: problem('email_not_verified') }, false],
    ['a wrong current password', { status: 403, body: problem('wrong_password') }, false],
    ['a wrong code', { status: 403, body: problem('wrong_code') }, false],
    ['a wrong password', { status: 401 }, false],
  ] as const) {
    const place = isKnown ? 'behind' : 'between';
    test(`serve a newcomer ${place} those of an address that has sent ${what}`, async () => {
      assert.equal((await placeBeside(earlier)) === FLOOD + 1, isKnown);
    });
  }
});

/** The part of a request that the limits use. */
const contextOf = (closed = false) => {
  const res = Object.assign(new EventEmitter(), { closed });
  return { res, context: { res } as unknown as Context };
};

describe('createAccountLimits, for sign-ins at other systems', () => {
  /** Begins sign-ins from as many addresses. `hangs` never answers until the end of the test, and the others do at once. */
  function build() {
    let address = 0;
    const runLimited = createAccountLimits(() => `192.0.2.${address++ % 250}`);
    const end = Promise.withResolvers<{ status: number }>();
    const asked: string[] = [];
    const signIn = (provider: string, status = 200) =>
      runLimited(
        'providers',
        contextOf().context,
        async () => {
          asked.push(provider);
          return provider === 'hangs' ? end.promise : { status };
        },
        provider,
      );
    return { signIn, asked, end: () => end.resolve({ status: 200 }) };
  }

  test('lets four run at one provider, and those at the others do not wait for it', async () => {
    const { signIn, asked, end } = build();
    await signIn('one');
    // Of a name that auth has not accepted yet, as many run as of a provider.
    const early = signIn('hangs');
    await runEventLoop(1);
    const hanging = Array.from({ length: 60 }, () => signIn('hangs').catch(({ code }) => code));
    await runEventLoop(1);
    assert.equal(asked.filter((name) => name === 'hangs').length, 4);
    for (let number = 0; number < 20; number++) assert.equal((await signIn('one')).status, 200);
    end();
    await early;
    const outcomes = await Promise.all(hanging);
    assert.equal(outcomes.filter((outcome) => outcome === 'unavailable').length, 60 - 3 - 40);
  });

  test('gives invented names no calls of their own', async () => {
    const { signIn, asked, end } = build();
    for (let number = 0; number < 20; number++) await signIn(`invented-${number}`, 404);
    const hanging = Array.from({ length: 4 }, () => signIn('hangs'));
    const waiting = Array.from({ length: 20 }, (_, number) => signIn(`invented-${number}`, 404));
    await runEventLoop(1);
    assert.equal(asked.length, 20 + 4);
    end();
    await Promise.all([...hanging, ...waiting]);
  });
});

describe('the beginning of a sign-in by a passkey', () => {
  test('does not keep guests, logins and refreshes waiting', async () => {
    const { gateway, authPaths, flood, answer } = await flooded('/session/passkey/options', {
      ...{ asked: '/login/passkey/options', places: 8 + 60 },
    });
    const origin = { origin: 'http://gateway.test' };
    for (const [path, asks] of [
      ['/session/guest', '/guests'],
      ['/refresh', '/refresh'],
      ['/login', '/login'],
    ] as const) {
      await gateway.call('POST', path, {
        headers: origin,
        ...(path === '/refresh' && { body: { refresh_token: 'r' } }),
      });
      assert.equal(authPaths.at(-1), asks);
    }
    answer.resolve(jsonReply(401, {}, { 'content-type': 'application/problem+json' }));
    await flood;
  });
});

describe('createAccountLimits, for a request that waits', () => {
  async function full() {
    const runLimited = createAccountLimits(() => '192.0.2.1');
    const reply = Promise.withResolvers<{ status: number }>();
    const begun = Array.from({ length: UNDER_WAY }, () =>
      runLimited('passwords', contextOf().context, () => reply.promise),
    );
    await runEventLoop(1);
    return { runLimited, reply, begun };
  }

  test('ends the wait when the client goes away, and never calls auth', async () => {
    const { runLimited, reply, begun } = await full();
    let sent = false;
    const { res, context } = contextOf();
    const waiting = runLimited('passwords', context, async () => {
      sent = true;
      return { status: 200 };
    });
    res.emit('close');
    await assert.rejects(waiting, { code: 'bad_request' });
    reply.resolve({ status: 200 });
    await Promise.all(begun);
    await runEventLoop(1);
    assert.equal(sent, false);
    assert.equal(res.listenerCount('close'), 0);
  });

  test('refuses the request of a client that has gone away already', async () => {
    const runLimited = createAccountLimits(() => '192.0.2.1');
    await assert.rejects(
      runLimited('passwords', contextOf(true).context, async () => ({ status: 200 })),
      { code: 'bad_request' },
    );
  });

  test('refuses the request with Retry-After after ten seconds, while running calls go on', async (context) => {
    const clock = stoppedClock(context);
    const { runLimited, reply, begun } = await full();
    const waiting = runLimited('passwords', contextOf().context, async () => ({ status: 200 }));
    clock.advance(10_000);
    await assert.rejects(waiting, { code: 'unavailable', headers: { 'Retry-After': '2' } });
    reply.resolve({ status: 200 });
    assert.deepEqual(new Set(await Promise.all(begun)), new Set([await reply.promise]));
  });
});
