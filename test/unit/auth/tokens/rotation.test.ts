import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createSigningKeys } from '../../../../services/auth/tokens/signing-keys.ts';
import { createTokens } from '../../../../services/auth/tokens/tokens.ts';
import { createAuthenticate } from '../../../../services/gateway/accounts/authenticate.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { OWNER } from '../../../support/job.ts';
import { randomNumbers } from '../../../support/random.ts';
import { ISSUER, jsonReply } from '../../gateway/test-gateway.ts';
import { createKeyDatabase } from './key-database.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TOKEN_SECONDS = 900;
const STEP_MS = 15_000;
const REPLICAS = 3;

/** Replicas of auth over one database, and gateways that ask any of them for the keys. All have caches of their own. */
function build(random: (below: number) => number) {
  const database = createKeyDatabase();
  const options = {
    database,
    rotationDays: 1,
    tokenSeconds: TOKEN_SECONDS,
    log: createLog('auth', 'silent'),
  };
  const auths = Array.from({ length: REPLICAS }, () => {
    const keys = createSigningKeys({ ...options, now: () => Date.now() });
    const tokens = createTokens({ keys, ...ISSUER, seconds: TOKEN_SECONDS, now: () => Date.now() });
    return { keys, tokens };
  });
  const any = () => auths[random(auths.length)] as (typeof auths)[number];
  const gateways = Array.from({ length: REPLICAS }, () =>
    createAuthenticate(async () => jsonReply(200, (await any().keys()).jwks), {
      ...ISSUER,
      now: () => Date.now(),
    }),
  );
  return { database, any, auths, gateways };
}

const kidOf = (token: string): string =>
  JSON.parse(Buffer.from(String(token.split('.')[0]), 'base64url').toString()).kid;

describe('a rotation of the signing keys under load', { timeout: 120_000 }, () => {
  it('lets gateways and auth accept each token until it expires', async (context) => {
    const clock = stoppedClock(context);
    const { any, gateways, database } = build(randomNumbers(21));
    const open: { token: string; until: number }[] = [];
    const kids = new Set<string>();
    let checks = 0;
    // A busy time around the rotation of each of two days. Between them, nobody asks for anything.
    const END = Date.now() + 49.5 * HOUR;
    const start = Date.now();
    const isBusy = (time: number) => {
      const inDay = (time - start) % (24 * HOUR);
      return inDay < 50 * MINUTE || inDay > 23.75 * HOUR;
    };
    while (Date.now() < END) {
      const now = Date.now();
      if (!isBusy(now)) {
        clock.advance(10 * MINUTE);
        continue;
      }
      // One of them at each step, so that their caches end at different times.
      const [signer, verifier] = [any(), any()];
      const made = await Promise.all(
        [1, 2, 3].map(() => signer.tokens.sign({ id: OWNER.id, email: OWNER.email })),
      );
      for (const token of made) open.push({ token, until: now + TOKEN_SECONDS * 1000 });
      for (const token of made) kids.add(kidOf(token));
      while (open[0] && open[0].until <= now) open.shift();
      const oldest = open.slice(0, REPLICAS);
      const tried = [...new Set([...made, ...oldest.map(({ token }) => token)])];
      const users = await Promise.all(
        tried.flatMap((token) => [
          ...gateways.map((authenticate) => authenticate(`Bearer ${token}`)),
          verifier.tokens.verify(token).then(({ sub }) => ({ ...OWNER, id: sub })),
        ]),
      );
      checks += users.length;
      for (const user of users) assert.deepEqual(user, OWNER);
      clock.advance(STEP_MS);
    }
    assert.equal(kids.size, 3, 'two rotations');
    assert.equal(database.size(), 1, 'the keys of expired tokens are deleted');
    assert.ok(checks > 3_000, `${checks} checks`);
  });

  it('ends the tokens of a key that auth has withdrawn, at every gateway within six minutes', async (context) => {
    const clock = stoppedClock(context);
    const { auths, gateways, database } = build(randomNumbers(22));
    const [auth] = auths;
    assert.ok(auth);
    // A gateway remembers a token that it has checked, by a clock that this test cannot move. So each question has its own.
    const made = await Promise.all(
      Array.from({ length: 30 }, () => auth.tokens.sign({ id: OWNER.id, email: OWNER.email })),
    );
    const ask = () => {
      const token = `Bearer ${made.pop()}`;
      return Promise.all(gateways.map((authenticate) => authenticate(token).then(isAccepted, codeOf)));
    };
    assert.deepEqual(await ask(), ['accepted', 'accepted', 'accepted']);
    database.clear();
    const until = Date.now() + 6 * MINUTE;
    let answers = await ask();
    while (Date.now() < until && answers.includes('accepted')) {
      clock.advance(STEP_MS);
      await setImmediate();
      answers = await ask();
    }
    assert.deepEqual(answers, ['invalid_token', 'invalid_token', 'invalid_token']);
  });
});

const isAccepted = () => 'accepted';
const codeOf = (error: { code?: string }) => error.code;
