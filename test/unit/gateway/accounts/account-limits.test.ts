import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import type { Context } from 'koa';
import { createAccountLimits } from '../../../../services/gateway/accounts/account-limits.ts';
import type { InvokeReply } from '../../../../services/shared/dapr/sidecar.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually, turns } from '../../../support/event-loop.ts';
import type { Reply } from '../../../support/in-process.ts';
import { asOwner, buildGateway, jsonReply } from '../build.ts';

const UNDER_WAY = 16;
const WAITING = 48;
const LOGINS = 190;

/** A gateway at which many log in, beside an auth that does not answer logins before it is told to. */
async function flooded(path = '/login') {
  const answer = Promise.withResolvers<InvokeReply>();
  const atAuth: string[] = [];
  const gateway = buildGateway({
    auth(request) {
      atAuth.push(request.path);
      return request.path === path ? answer.promise : jsonReply(200, { access_token: 'a' });
    },
  });
  const replies: Reply[] = [];
  const body = { email: 'ann@example.com', password: 'wrong' };
  const flood = Array.from({ length: LOGINS }, async () => {
    replies.push(await gateway.call('POST', path, path === '/register' ? { body } : {}));
  });
  await eventually(() => replies.length >= LOGINS - UNDER_WAY - WAITING);
  await turns();
  return { gateway, atAuth, replies, flood: Promise.all(flood), answer };
}

describe('while auth answers none of 190 logins', () => {
  for (const path of ['/login', '/register']) {
    test(`16 reach it by ${path}, 48 wait, and the others are told at once when to come again`, async () => {
      const { atAuth, replies, flood, answer } = await flooded(path);
      assert.equal(atAuth.length, UNDER_WAY);
      assert.equal(replies.length, LOGINS - UNDER_WAY - WAITING);
      for (const { status, json, headers } of replies) {
        assert.deepEqual([status, json.code, headers['retry-after']], [503, 'unavailable', '2']);
      }
      answer.resolve(jsonReply(401, {}, { 'content-type': 'application/problem+json' }));
      await flood;
      assert.equal(replies.filter(({ status }) => status === 401).length, UNDER_WAY + WAITING);
    });
  }

  test('users who are logged in are served, though the keys that check their tokens must be fetched from auth', async () => {
    const { gateway, flood, answer } = await flooded();
    assert.equal((await gateway.call('GET', '/jobs', { headers: asOwner })).status, 200);
    assert.ok(gateway.asked.some(({ path }) => path === '/.well-known/jwks.json'));
    answer.resolve(jsonReply(200, {}));
    await flood;
  });

  test('a refresh and a logout reach it, for they do not wait behind logins', async () => {
    const { gateway, atAuth, flood, answer } = await flooded();
    for (const path of ['/refresh', '/logout']) {
      assert.equal((await gateway.call('POST', path, { body: { refresh_token: 'r' } })).status, 200);
      assert.equal(atAuth.at(-1), path);
    }
    answer.resolve(jsonReply(200, {}));
    await flood;
  });
});

/** What the limits need of a request. */
const contextOf = (closed = false) => {
  const res = Object.assign(new EventEmitter(), { closed });
  return { res, context: { res } as unknown as Context };
};

describe('a request that waits for its turn', () => {
  async function full() {
    const inTurn = createAccountLimits();
    const gate = Promise.withResolvers<string>();
    const begun = Array.from({ length: UNDER_WAY }, () =>
      inTurn('passwords', contextOf().context, () => gate.promise),
    );
    await turns(1);
    return { inTurn, gate, begun };
  }

  test('leaves when its client does, and is never sent to auth', async () => {
    const { inTurn, gate, begun } = await full();
    let sent = false;
    const { res, context } = contextOf();
    const waiting = inTurn('passwords', context, async () => {
      sent = true;
    });
    res.emit('close');
    await assert.rejects(waiting, { code: 'bad_request' });
    gate.resolve('answered');
    await Promise.all(begun);
    await turns(1);
    assert.equal(sent, false);
    assert.equal(res.listenerCount('close'), 0);
  });

  test('of a client that has gone already is refused', async () => {
    const inTurn = createAccountLimits();
    await assert.rejects(
      inTurn('passwords', contextOf(true).context, async () => 'sent'),
      { code: 'bad_request' },
    );
  });

  test('is told to come again after ten seconds, while those that are under way go on', async (context) => {
    const clock = stoppedClock(context);
    const { inTurn, gate, begun } = await full();
    const waiting = inTurn('passwords', contextOf().context, async () => 'sent');
    clock.advance(10_000);
    await assert.rejects(waiting, { code: 'unavailable', headers: { 'Retry-After': '2' } });
    gate.resolve('answered');
    assert.deepEqual(new Set(await Promise.all(begun)), new Set(['answered']));
  });
});
