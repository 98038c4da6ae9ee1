import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { createAuthenticate } from '../../../../services/gateway/accounts/authenticate.ts';
import type { InvokeReply, InvokeRequest } from '../../../../services/shared/dapr/sidecar.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { OWNER } from '../../../support/job.ts';
import { logLines } from '../../../support/log-lines.ts';
import { ISSUER, jsonReply, publicJwk, tokenOf } from '../test-gateway.ts';

const MINUTE = 60_000;
const withKid = (kid: string) => ({ ...publicJwk, kid });
const keysOf = (...kids: string[]) => jsonReply(200, { keys: kids.map(withKid) });
const unavailableAuth = () => Promise.reject(unavailable('the auth service'));
const noAnswer = () => new Promise<InvokeReply>(() => undefined);

/** The check of tokens, with an auth service and a clock that the test sets. */
function build(auth: (request: InvokeRequest) => Promise<InvokeReply>) {
  const clock = { ms: 0 };
  const lines = logLines();
  const system = { auth, fetches: 0, clock, lines };
  const authenticate = createAuthenticate(
    (_app, request) => {
      system.fetches++;
      return system.auth(request);
    },
    { ...ISSUER, now: () => clock.ms, fetchMs: 50, log: pino({ level: 'info' }, lines) },
  );
  let serial = 0;
  /** Checks a new token each time, because a valid token is cached. */
  const ask = async (kid = 'one') => {
    const claims = { serial: serial++ };
    return authenticate(`Bearer ${await tokenOf(OWNER, { claims, header: { kid } })}`);
  };
  return Object.assign(system, { ask });
}

async function started() {
  const system = build(async () => keysOf('one'));
  await system.ask();
  assert.equal(system.fetches, 1);
  return system;
}

describe('createAuthKeys, for known keys', () => {
  test('accepts them for hours while auth is unavailable', async () => {
    const system = await started();
    system.auth = unavailableAuth;
    for (let minute = 0; minute < 180; minute += 5) {
      system.clock.ms += 5 * MINUTE;
      assert.deepEqual(await system.ask(), OWNER);
      await runEventLoop(3);
    }
  });

  test('lets no request wait while auth does not answer', async () => {
    const system = await started();
    system.auth = noAnswer;
    system.clock.ms += 6 * MINUTE;
    for (let count = 0; count < 10; count++) assert.deepEqual(await system.ask(), OWNER);
    assert.equal(system.fetches, 2, 'there is more than one fetch for all of them');
  });

  test('fetches them again after five minutes, and not sooner', async () => {
    const system = await started();
    system.clock.ms += 5 * MINUTE - 1;
    await system.ask();
    assert.equal(system.fetches, 1);
    system.clock.ms += 1;
    await system.ask();
    assert.equal(system.fetches, 2);
  });

  test('fetches them every ten seconds while that fails, and logs the failure once', async () => {
    const system = await started();
    system.auth = unavailableAuth;
    system.clock.ms += 5 * MINUTE;
    for (let second = 0; second < 60; second++) {
      await system.ask();
      await runEventLoop(3);
      system.clock.ms += 1_000;
    }
    assert.equal(system.fetches, 1 + 6);
    system.auth = async () => keysOf('one');
    system.clock.ms += 10_000;
    await system.ask();
    await runEventLoop(3);
    assert.deepEqual(
      system.lines.objects().map(({ msg }) => msg),
      [
        'cannot fetch the keys of auth; those that are known stay in use',
        'the keys of auth are fetched again',
      ],
    );
  });

  test('drops a withdrawn key with the next fetch that succeeds', async () => {
    const system = await started();
    system.auth = async () => keysOf('two');
    system.clock.ms += 5 * MINUTE;
    await system.ask();
    await runEventLoop(3);
    await assert.rejects(system.ask('one'), { code: 'invalid_token' });
    assert.deepEqual(await system.ask('two'), OWNER);
  });

  for (const [what, reply] of [
    ['JSON without keys', jsonReply(200, { hello: 'world' })],
    ['HTML', { status: 200, headers: {}, body: '<html>' }],
    ['an error of the sidecar', jsonReply(500, { errorCode: 'ERR_DIRECT_INVOKE' })],
  ] as const) {
    test(`keeps them when auth answers with ${what}`, async () => {
      const system = await started();
      system.auth = async () => reply;
      for (let count = 0; count < 3; count++) {
        system.clock.ms += 5 * MINUTE;
        assert.deepEqual(await system.ask(), OWNER);
        await runEventLoop(3);
      }
    });
  }
});

describe('createAuthKeys, for an unknown key id', () => {
  test('fetches the key when auth has rotated its keys', async () => {
    const system = await started();
    system.auth = async () => keysOf('one', 'two');
    system.clock.ms += 11_000;
    assert.deepEqual(await system.ask('two'), OWNER);
    assert.deepEqual(await system.ask('one'), OWNER);
  });

  test('makes one fetch in ten seconds, however many tokens name unknown keys', async () => {
    const system = await started();
    for (let second = 0; second < 30; second++) {
      system.clock.ms += 1_000;
      const flood = Array.from({ length: 20 }, (_, number) => system.ask(`invented-${number}`));
      for (const result of await Promise.allSettled(flood)) {
        assert.equal(result.status === 'rejected' && result.reason.code, 'invalid_token');
      }
    }
    assert.equal(system.fetches, 1 + 3);
  });

  test('rejects with unavailable while auth is unavailable, and at once after the first fetch', async () => {
    const system = await started();
    system.auth = unavailableAuth;
    system.clock.ms += 11_000;
    for (let count = 0; count < 10; count++) await assert.rejects(system.ask('two'), { code: 'unavailable' });
    assert.equal(system.fetches, 2);
  });

  test('waits at most for the timeout of a fetch, and does not delay tokens with a known key', async () => {
    const system = await started();
    system.auth = ({ signal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    system.clock.ms += 11_000;
    const unknown = assert.rejects(system.ask('two'), { code: 'unavailable' });
    assert.deepEqual(await system.ask('one'), OWNER);
    await unknown;
  });
});

describe('createAuthKeys, at a start without auth', () => {
  test('rejects with unavailable, makes one fetch a second, and accepts tokens as soon as auth is up', async () => {
    const system = build(unavailableAuth);
    for (let count = 0; count < 10; count++) await assert.rejects(system.ask(), { code: 'unavailable' });
    assert.equal(system.fetches, 1);
    system.auth = async () => keysOf('one');
    system.clock.ms += 1_000;
    assert.deepEqual(await system.ask(), OWNER);
  });

  test('shares the first fetch among all requests that wait for it', async () => {
    const fetched = Promise.withResolvers<InvokeReply>();
    const system = build(() => fetched.promise);
    const all = Promise.all([system.ask(), system.ask(), system.ask()]);
    await runEventLoop();
    fetched.resolve(keysOf('one'));
    assert.deepEqual(await all, [OWNER, OWNER, OWNER]);
    assert.equal(system.fetches, 1);
  });
});
