import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acceptApiKeys, createApiKeys, keyOf } from '../../../../services/gateway/accounts/api-keys.ts';
import { composeApiKey, parseApiKey } from '../../../../services/shared/contract/api-key.ts';
import type { InvokeReply } from '../../../../services/shared/dapr/invoke.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { eventually } from '../../../support/event-loop.ts';
import { jsonReply } from '../test-gateway.ts';

const START = Date.UTC(2030, 0, 1);
const HOUR_MS = 3600_000;
const OWNER = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const keyNumber = (number: number) =>
  composeApiKey({ id: String(number).padStart(16, '0'), secret: 'x'.repeat(43) });
const KEY = keyNumber(1);
const KNOWN = {
  ...{ id: parseApiKey(KEY)?.id, scopes: ['read'], sub: OWNER, email: 'ann@example.com', group: 'friend' },
  expires_at: new Date(START + HOUR_MS).toISOString(),
};
const refusal = jsonReply(401, { code: 'invalid_token' }, { 'content-type': 'application/problem+json' });

/** Auth knows one key. The clock is that of the test. */
function build(answer?: (key: string) => InvokeReply | Promise<InvokeReply>, { livesMs = HOUR_MS } = {}) {
  const clock = { ms: START };
  const asked: string[] = [];
  const revoked = new Set<string>();
  const known = {
    ...KNOWN,
    expires_at: new Date(START + livesMs).toISOString(),
  };
  const keys = createApiKeys(
    async (app, { method, path, body }) => {
      assert.deepEqual([app, method, path], ['auth', 'POST', '/keys/check']);
      const { key } = JSON.parse(String(body));
      asked.push(key);
      if (answer) return answer(key);
      return key === KEY ? jsonReply(200, known) : refusal;
    },
    { isRevoked: (...ids) => ids.some((id) => revoked.has(id)), now: () => clock.ms },
  );
  return { ...keys, keys, clock, asked, revoked };
}

describe('createApiKeys', () => {
  it('returns the owner and the scopes of a key', async () => {
    assert.deepEqual(await build().find(KEY), {
      id: parseApiKey(KEY)?.id,
      scopes: ['read'],
      user: { id: OWNER, email: 'ann@example.com', group: 'friend' },
    });
  });

  it('asks auth once a minute for a key, however many requests come with it', async () => {
    const { find, asked, clock } = build();
    await Promise.all(Array.from({ length: 20 }, () => find(KEY)));
    clock.ms += 59_999;
    await find(KEY);
    assert.equal(asked.length, 1);
    clock.ms += 1;
    await find(KEY);
    assert.equal(asked.length, 2);
  });

  it('asks auth for none of ten thousand texts that are no keys', async () => {
    const { find, asked } = build();
    for (let number = 0; number < 10_000; number++) {
      const invented = `mp3_${String(number).padStart(16, '0')}_${'x'.repeat(43)}AAAAAA`;
      await assert.rejects(find(invented), { code: 'invalid_token' });
    }
    assert.deepEqual(asked, []);
  });

  it('keeps a refusal for ten seconds', async () => {
    const { find, asked, clock } = build(() => refusal);
    for (const [advance, calls] of [
      [0, 1],
      [9_999, 1],
      [1, 2],
    ] as const) {
      clock.ms += advance;
      await assert.rejects(find(KEY), { code: 'invalid_token' });
      assert.equal(asked.length, calls);
    }
  });

  it('still knows a valid key after a flood of invented ones', async () => {
    const { find, asked } = build();
    await find(KEY);
    for (let number = 2; number < 12_000; number++)
      await assert.rejects(find(keyNumber(number)), { code: 'invalid_token' });
    const before = asked.length;
    await find(KEY);
    assert.equal(asked.length, before);
  });

  for (const what of ['key', 'account'] as const) {
    it(`refuses a key that it knows once the ${what} has ended`, async () => {
      const { find, revoked, asked } = build();
      await find(KEY);
      revoked.add(what === 'key' ? String(parseApiKey(KEY)?.id) : OWNER);
      await assert.rejects(find(KEY), { code: 'invalid_token' });
      assert.equal(asked.length, 1);
    });
  }

  it('refuses a key that ends while its answer is on the way', async () => {
    const built = build(async () => {
      built.revoked.add(String(parseApiKey(KEY)?.id));
      return jsonReply(200, {
        ...{ id: parseApiKey(KEY)?.id, scopes: ['read'], sub: OWNER, email: 'a@b.example' },
        expires_at: new Date(START + HOUR_MS).toISOString(),
      });
    });
    await assert.rejects(built.find(KEY), { code: 'invalid_token' });
  });

  it('refuses a key from its expiry on', async () => {
    const { find, clock } = build(undefined, { livesMs: 30_000 });
    await find(KEY);
    clock.ms += 30_000;
    await assert.rejects(find(KEY), { code: 'invalid_token' });
  });

  const FAILURES: [what: string, reply: InvokeReply][] = [
    ['a refusal of the sidecar', jsonReply(401, {})],
    ['an error', jsonReply(500, {}, { 'content-type': 'application/problem+json' })],
    ['another body', jsonReply(200, { id: 'x' })],
    ['no JSON', { status: 200, headers: {}, body: '<html>' }],
  ];
  for (const [what, reply] of FAILURES) {
    it(`answers 503 to ${what} of auth, asks again for the next request, and does not log the body`, async () => {
      const { find, asked } = build(() => reply);
      for (const calls of [1, 2]) {
        await assert.rejects(find(KEY), (error: Error & { code: string }) => {
          assert.equal(error.code, 'unavailable');
          assert.ok(!String((error.cause as Error).message).includes('html'));
          return true;
        });
        assert.equal(asked.length, calls);
      }
    });
  }

  const SILENCES: [what: string, fail: () => InvokeReply | Promise<InvokeReply>][] = [
    ['its sidecar answers with an error', () => jsonReply(500, {})],
    ['it cannot be reached', () => Promise.reject(unavailable('the auth service'))],
  ];
  for (const [what, fail] of SILENCES) {
    it(`keeps a valid key for five minutes while ${what}, and asks every ten seconds`, async () => {
      const answers: (() => InvokeReply | Promise<InvokeReply>)[] = [() => jsonReply(200, KNOWN)];
      const { find, asked, clock, revoked } = build(() => (answers.shift() ?? fail)());
      const owner = await find(KEY);
      clock.ms += 60_000;
      assert.deepEqual(await find(KEY), owner);
      clock.ms += 9_999;
      await find(KEY);
      assert.equal(asked.length, 2);
      clock.ms = START + 299_999;
      assert.deepEqual(await find(KEY), owner);
      assert.equal(asked.length, 3);
      revoked.add(String(parseApiKey(KEY)?.id));
      await assert.rejects(find(KEY), { code: 'invalid_token' });
      revoked.clear();
      clock.ms += 10_000;
      await assert.rejects(find(KEY), { code: 'unavailable' });
      await assert.rejects(find(keyNumber(2)), { code: 'unavailable' });
      answers.push(() => jsonReply(200, KNOWN));
      assert.deepEqual(await find(KEY), owner);
    });
  }

  it('does not keep a key beyond its expiry or a refusal while auth is away', async () => {
    const answers = [jsonReply(200, { ...KNOWN, expires_at: new Date(START + 90_000).toISOString() })];
    const { find, clock } = build(() => answers.shift() ?? jsonReply(500, {}));
    await find(KEY);
    clock.ms += 89_999;
    await find(KEY);
    clock.ms += 1;
    await assert.rejects(find(KEY));
    const refused = [jsonReply(200, KNOWN), refusal];
    const other = build(() => refused.shift() ?? jsonReply(500, {}));
    await other.find(KEY);
    other.clock.ms += 60_000;
    await assert.rejects(other.find(KEY), { code: 'invalid_token' });
    other.clock.ms += 10_000;
    await assert.rejects(other.find(KEY), { code: 'unavailable' });
  });

  it('lets other addresses pass a flood of invented keys, and keys that were valid before come first', async () => {
    const waiting: (() => void)[] = [];
    const { find, asked, clock } = build(async (key) => {
      if (key === KEY && asked.length === 1) return jsonReply(200, KNOWN);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return key === KEY || key === keyNumber(2)
        ? jsonReply(200, { ...KNOWN, id: parseApiKey(key)?.id })
        : refusal;
    });
    await find(KEY, '192.0.2.1');
    clock.ms += 60_000;
    const flood = Array.from({ length: 300 }, (_, number) =>
      find(keyNumber(1000 + number), '198.51.100.1').catch(({ code }) => code),
    );
    const fresh = find(keyNumber(2), '192.0.2.1');
    const again = find(KEY, '198.51.100.1');
    await eventually(() => asked.length === 10);
    assert.equal(asked.at(-1), KEY, 'it takes a place that the flood leaves');
    for (const resolve of waiting.splice(0, 2)) resolve();
    await eventually(() => asked.length > 10);
    assert.ok(asked.includes(keyNumber(2)), 'its address had no turn before');
    const releasing = setInterval(() => {
      for (const resolve of waiting.splice(0)) resolve();
    });
    assert.equal((await fresh).user.id, OWNER);
    assert.equal((await again).user.id, OWNER);
    const outcomes = await Promise.all(flood);
    clearInterval(releasing);
    assert.deepEqual([...new Set(outcomes)].sort(), ['invalid_token', 'unavailable']);
  });

  it('does not pass on more than a few calls at a time, and refuses what waits too long', async () => {
    const release = Promise.withResolvers<InvokeReply>();
    const { find, asked } = build(() => release.promise);
    const replies = Array.from({ length: 200 }, (_, number) => find(keyNumber(number)).catch((e) => e.code));
    const early = replies.slice(-70);
    assert.deepEqual(new Set(await Promise.all(early)), new Set(['unavailable']));
    assert.equal(asked.length, 8);
    release.resolve(refusal);
    assert.ok((await Promise.all(replies)).includes('invalid_token'));
  });
});

describe('keyOf', () => {
  const HEADERS: [header: string, key: string | undefined][] = [
    [`Bearer ${KEY}`, KEY],
    [`bearer  ${KEY} `, KEY],
    ['Bearer mp3_', 'mp3_'],
    [`Basic ${KEY}`, undefined],
    ['Bearer eyJ.e30.x', undefined],
    [`Bearer x ${KEY}`, undefined],
    ['', undefined],
  ];
  for (const [header, key] of HEADERS) {
    it(`reads ${key === undefined ? 'no key' : 'a key'} from «${header.slice(0, 20)}»`, () => {
      assert.equal(keyOf(header), key);
    });
  }
});

describe('acceptApiKeys', () => {
  it('lets access tokens pass as before', async () => {
    const user = { id: 'a', email: null, group: 'guest' } as const;
    const authenticate = acceptApiKeys(async () => user, build().keys);
    assert.deepEqual(await authenticate('Bearer a.b.c'), user);
    assert.equal((await authenticate(`Bearer ${KEY}`)).id, OWNER);
  });
});
