import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { identityId } from '../../../services/auth/oidc/identity-store.ts';
import { createSignInByIdentity } from '../../../services/auth/oidc/sign-in-by-identity.ts';
import type { RegisteredGroup } from '../../../services/shared/contract/account-group.ts';
import { basic } from '../../support/basic-auth.ts';
import { skip } from './database-for-test.ts';
import { buildAuth } from './test-auth.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open: sésame';
const ANN = { issuer: 'https://id.example.com', subject: 'ann' };

/** Auth with one user, who is logged in with a password and may be known at a provider. */
async function build(t: TestContext) {
  const auth = await buildAuth(t);
  const { call, database } = auth;
  const { json: user } = await call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
  await database.change('UPDATE users SET verified_at = NOW()');
  const logIn = async () => {
    const { json } = await call('POST', '/login', { headers: { authorization: basic(EMAIL, PASSWORD) } });
    return { authorization: `Bearer ${json.access_token}` };
  };
  const signIn = createSignInByIdentity(database, () => auth.clock.ms);
  const settings = { id: 'p', name: 'P', join_verified_email: true } as Parameters<typeof signIn>[1];
  const fromProvider = (group?: RegisteredGroup) =>
    signIn({ ...ANN, email: EMAIL, emailVerified: true, group }, settings, {});
  const fromOperator = (group: RegisteredGroup) =>
    call('POST', '/operator/accounts/group', { body: { id: user.id, group } });
  const groupOf = async () => (await call('GET', '/account', { headers: await logIn() })).json.group;
  const sidOf = async (headers: { authorization: string }) =>
    (await call('GET', '/validate', { headers })).json.sid;
  const revoked = async (): Promise<string[]> => (await call('GET', '/revocations')).json.revoked;
  const removeIdentity = async () => {
    const body = { id: identityId(ANN), password: PASSWORD };
    return (await call('POST', '/account/identities/end', { headers: await logIn(), body })).status;
  };
  return { ...auth, logIn, fromProvider, fromOperator, groupOf, sidOf, revoked, removeIdentity };
}

const CHANGES: [from: RegisteredGroup, to: RegisteredGroup, ends: boolean][] = [
  ['operator', 'friend', true],
  ['operator', 'user', true],
  ['friend', 'user', true],
  ['user', 'operator', false],
  ['friend', 'friend', false],
];

describe('the group of an account', () => {
  for (const by of ['operator', 'provider'] as const)
    for (const [from, to, ends] of CHANGES) {
      it(`${ends ? 'ends' : 'keeps'} the sessions where the ${by} changes it from ${from} to ${to}`, {
        skip,
      }, async (t) => {
        const { logIn, sidOf, fromOperator, fromProvider, revoked, database } = await build(t);
        await fromOperator(from);
        const sid = await sidOf(await logIn());
        if (by === 'operator') assert.equal((await fromOperator(to)).json.group, to);
        else assert.equal((await fromProvider(to)).group ?? 'user', to);
        assert.equal((await revoked()).includes(sid), ends);
        assert.equal((await database.rows('SELECT id FROM sessions')).length, ends ? 0 : 1);
      });
    }

  it('that a provider has given goes with the identity, and so do the sessions', { skip }, async (t) => {
    const { logIn, sidOf, fromProvider, groupOf, revoked, removeIdentity } = await build(t);
    await fromProvider('operator');
    const sid = await sidOf(await logIn());
    assert.equal(await groupOf(), 'operator');
    assert.equal(await removeIdentity(), 204);
    assert.ok((await revoked()).includes(sid));
    assert.equal(await groupOf(), 'user');
  });

  it('that an operator has given stays where an identity is removed', { skip }, async (t) => {
    const { fromOperator, fromProvider, groupOf, removeIdentity } = await build(t);
    await fromProvider('friend');
    await fromOperator('operator');
    assert.equal(await removeIdentity(), 204);
    assert.equal(await groupOf(), 'operator');
  });

  it('stays as it is where the provider has no groups', { skip }, async (t) => {
    const { fromOperator, fromProvider, groupOf } = await build(t);
    await fromOperator('friend');
    assert.equal((await fromProvider()).group, 'friend');
    assert.equal(await groupOf(), 'friend');
  });
});

describe('an account that is deleted while somebody signs in by an identity', () => {
  it('gives no session, and no error of the database', { skip }, async (t) => {
    const { fromProvider, database } = await build(t);
    await fromProvider('friend');
    const signIn = createSignInByIdentity({
      ...database,
      inTransaction: (work) =>
        database.inTransaction((statements) =>
          work({
            ...statements,
            async rows(sql, values) {
              if (sql.includes('FOR UPDATE')) await database.change('DELETE FROM users');
              return statements.rows(sql, values);
            },
          }),
        ),
    });
    const settings = { id: 'p', name: 'P' } as Parameters<typeof signIn>[1];
    await assert.rejects(
      signIn({ ...ANN, email: EMAIL, emailVerified: true, group: undefined }, settings, {}),
      {
        code: 'invalid_token',
      },
    );
  });
});
