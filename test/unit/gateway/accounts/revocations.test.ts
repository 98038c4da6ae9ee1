import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuthenticate } from '../../../../services/gateway/accounts/authenticate.ts';
import { createRevocations } from '../../../../services/gateway/accounts/revocations.ts';
import type { InvokeReply, InvokeRequest } from '../../../../services/shared/dapr/sidecar.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { OWNER } from '../../../support/job.ts';
import { ISSUER, jsonReply, publicJwk, tokenOf } from '../test-gateway.ts';

const page = (revoked: string[], more = false, cursor = `1.${revoked.at(-1) ?? ''}`): InvokeReply =>
  jsonReply(200, { revoked, cursor, more, seconds: 900 });

/** Answers with the pages one after the other; the last one stays. */
function setUp(pages: (InvokeReply | Error)[], options: { maxKnown?: number } = {}) {
  const clock = { ms: 0 };
  const paths: string[] = [];
  const invoke = async (_app: string, { path }: InvokeRequest): Promise<InvokeReply> => {
    if (path === '/.well-known/jwks.json') return jsonReply(200, { keys: [publicJwk] });
    paths.push(path);
    const next = pages.length > 1 ? pages.shift() : pages[0];
    if (next instanceof Error) throw next;
    return next ?? assert.fail('no page');
  };
  const revocations = createRevocations({ invoke, now: () => clock.ms, ...options });
  const authenticate = createAuthenticate(invoke, { ...ISSUER, revocations });
  return { revocations, authenticate, clock, paths, pages };
}

describe('createRevocations', () => {
  it('reads all pages, and continues from the last cursor', async () => {
    const { revocations, paths } = setUp([page(['a'], true), page(['b'], true), page(['c']), page([])]);
    await revocations.read();
    await revocations.read();
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((id) => revocations.has(id)),
      [true, true, true, false],
    );
    assert.deepEqual(
      paths.map((path) => new URL(path, 'http://auth').searchParams.get('after')),
      ['', '1.a', '1.b', '1.c'],
    );
  });

  for (const [what, failure] of [
    ['auth is away', unavailable('the auth service')],
    ['auth answers 500', jsonReply(500, {})],
    ['the answer has another form', jsonReply(200, { revoked: 'all' })],
  ] as const) {
    it(`keeps what it knows while ${what}`, async () => {
      const { revocations } = setUp([page(['a']), failure]);
      await revocations.read();
      await assert.rejects(revocations.read());
      assert.equal(revocations.has('a'), true);
    });
  }

  it('forgets a session when its access tokens have expired', async () => {
    const { revocations, clock } = setUp([page(['a']), page(['a', 'b']), page([])]);
    await revocations.read();
    clock.ms = 600_000;
    await revocations.read();
    clock.ms = 900_001;
    await revocations.read();
    assert.deepEqual([revocations.has('a'), revocations.has('b')], [false, true]);
  });

  it('keeps a bounded number, and forgets the oldest', async () => {
    const { revocations } = setUp([page(['a', 'b', 'c'])], { maxKnown: 2 });
    await revocations.read();
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => revocations.has(id)),
      [false, true, true],
    );
  });
});

describe('createAuthenticate, with revocations', () => {
  for (const [what, revoked] of [
    ['whose session was ended', 'sid-1'],
    ['whose account was deleted', OWNER.id],
  ] as const) {
    it(`refuses a token ${what}, also one that it has accepted before`, async () => {
      const { revocations, authenticate, pages } = setUp([page([])]);
      const token = `Bearer ${await tokenOf(OWNER, { claims: { sid: 'sid-1' } })}`;
      await revocations.read();
      assert.equal((await authenticate(token)).id, OWNER.id);
      pages[0] = page([revoked]);
      await revocations.read();
      await assert.rejects(authenticate(token), { code: 'invalid_token' });
    });
  }

  it('refuses the token of an ended session also before the first read, for which requests wait together', async () => {
    const { authenticate, paths } = setUp([page(['sid-1'])]);
    const token = `Bearer ${await tokenOf(OWNER, { claims: { sid: 'sid-1' } })}`;
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => authenticate(token)));
    for (const result of results)
      assert.ok(result.status === 'rejected' && result.reason.code === 'invalid_token');
    assert.equal(paths.length, 1);
    await assert.rejects(authenticate(token), { code: 'invalid_token' });
    assert.equal(paths.length, 1);
  });

  it('accepts valid tokens after a start while auth has no list, and asks again after a pause', async () => {
    const { authenticate, clock, paths, pages } = setUp([jsonReply(500, {})]);
    const token = `Bearer ${await tokenOf(OWNER, { claims: { sid: 'sid-1' } })}`;
    for (let requests = 0; requests < 3; requests++) assert.equal((await authenticate(token)).id, OWNER.id);
    assert.equal(paths.length, 1);
    pages[0] = page(['sid-1']);
    clock.ms += 1_000;
    await assert.rejects(authenticate(token), { code: 'invalid_token' });
  });

  it('accepts the token of another session of the same user, and one without a session', async () => {
    const { revocations, authenticate } = setUp([page(['sid-1'])]);
    await revocations.read();
    for (const claims of [{ sid: 'sid-2' }, {}])
      assert.equal((await authenticate(`Bearer ${await tokenOf(OWNER, { claims })}`)).id, OWNER.id);
  });
});
