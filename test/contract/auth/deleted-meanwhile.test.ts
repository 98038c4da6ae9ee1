import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { createCeremonies } from '../../../services/auth/passkeys/ceremonies.ts';
import { createLoginAttempts } from '../../../services/auth/passkeys/login-attempts.ts';
import { createPasskeys } from '../../../services/auth/passkeys/passkeys.ts';
import { createSeal } from '../../../services/auth/seal.ts';
import { createSecondFactor } from '../../../services/auth/second-factor/second-factor.ts';
import { createGrants } from '../../../services/auth/sessions/grants.ts';
import { addChallenge } from '../../../services/auth/sign-in-challenges.ts';
import { skip } from './database-for-test.ts';
import { buildAuth } from './test-auth.ts';

/** What a request does after it was let in, for an account that is gone by then. */
async function build(t: TestContext) {
  const { database, sessions } = await buildAuth(t);
  const user = { id: randomUUID(), email: 'ann@example.com', passwordHash: 'x', sessionEpoch: 0 };
  const signedIn = { user, sessionId: 'x'.repeat(22), begunAt: new Date() };
  const tokens = { seconds: 900, sign: async () => 'token', verify: () => assert.fail() };
  const seal = createSeal(['x'.repeat(32)], 'second-factor');
  const attempts = createLoginAttempts(database, seal, Date.now);
  return {
    user,
    signedIn,
    database,
    grants: createGrants({ sessions, tokens }),
    passkeys: createPasskeys({ database, ceremonies: createCeremonies('http://gateway.test'), attempts }),
    secondFactor: createSecondFactor({ database, seal }),
  };
}

const WORK: [what: string, work: (built: Awaited<ReturnType<typeof build>>) => Promise<unknown>][] = [
  ['a passkey is begun', ({ passkeys, user }) => passkeys.begin(user)],
  ['a passkey is removed', ({ passkeys, signedIn }) => passkeys.remove(signedIn, 'x'.repeat(22))],
  ['a second factor is begun', ({ secondFactor, signedIn }) => secondFactor.begin(signedIn)],
  ['a second factor is confirmed', ({ secondFactor, signedIn }) => secondFactor.confirm(signedIn, '123456')],
  [
    'a code is asked for',
    ({ database, user }) =>
      addChallenge(database, { purpose: 'second_factor', userId: user.id, now: Date.now() }),
  ],
];

describe('an account that was deleted meanwhile', () => {
  it('gives no session', { skip }, async (t) => {
    const { grants, user } = await build(t);
    await assert.rejects(grants.issue(user), { code: 'sign_in_failed' });
  });

  for (const [what, work] of WORK) {
    it(`gives invalid_token where ${what}`, { skip }, async (t) => {
      const built = await build(t);
      await assert.rejects(work(built), { code: 'invalid_token' });
    });
  }
});
