import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAccounts } from '../../../../services/auth/accounts/accounts.ts';
import type { StoredUser } from '../../../../services/auth/accounts/users.ts';
import { countedPasswords } from '../counted-passwords.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open sesame';

/** Creates accounts with users in memory, and counts the hashes that are computed. */
function build({ beforeAdd = async () => {} }: { beforeAdd?: () => Promise<unknown> } = {}) {
  const stored = new Map<string, StoredUser>();
  const { passwords, work } = countedPasswords();
  const accounts = createAccounts({
    users: {
      async add(email, passwordHash) {
        await beforeAdd();
        if (stored.has(email.toLowerCase())) return undefined;
        const user = { id: `id-${stored.size}`, email };
        stored.set(email.toLowerCase(), { ...user, passwordHash, sessionEpoch: 0 });
        return user;
      },
      find: async (email) => stored.get(email.toLowerCase()),
      replaceHash: async () => undefined,
    },
    passwords,
  });
  return { accounts, stored, work };
}

describe('register', () => {
  test('returns the same account when it is repeated with the same password', async () => {
    const { accounts, stored } = build();
    const user = await accounts.register(EMAIL, PASSWORD);
    assert.deepEqual(await accounts.register(EMAIL, PASSWORD), user);
    assert.deepEqual(await accounts.register('Ann@Example.com', PASSWORD), user);
    assert.equal(stored.size, 1);
  });

  for (const [registered, others] of [
    ["o'brien@example.com", ["O'Brien@example.com"]],
    ['ann@münchen.de', ['ann@xn--mnchen-3ya.de', 'Ann@MÜNCHEN.DE']],
    ['ann@xn--e1afmkfd.xn--p1ai', ['ann@пример.рф']],
  ] as const) {
    test(`makes an account of ${registered}, which logs in under every form of the address`, async () => {
      const { accounts, stored } = build();
      const user = await accounts.register(registered, PASSWORD);
      assert.match(user.email, /^[!-~]+$/);
      for (const form of [registered, ...others]) {
        assert.deepEqual(await accounts.authenticate(form, PASSWORD), { ...user, sessionEpoch: 0 });
        assert.deepEqual(await accounts.register(form, PASSWORD), user);
      }
      assert.equal(stored.size, 1);
    });
  }

  test('refuses the address as the password in each of its forms', async () => {
    const { accounts } = build();
    for (const password of ['ann@münchen.de', 'ann@xn--mnchen-3ya.de']) {
      await assert.rejects(accounts.register('ann@münchen.de', password), { code: 'weak_password' });
    }
  });

  test('refuses an existing address with another password, and changes nothing', async () => {
    const { accounts } = build();
    await accounts.register(EMAIL, PASSWORD);
    await assert.rejects(accounts.register(EMAIL, 'another password'), { code: 'email_taken' });
    assert.equal((await accounts.authenticate(EMAIL, PASSWORD)).email, EMAIL);
    await assert.rejects(accounts.authenticate(EMAIL, 'another password'), { code: 'invalid_credentials' });
  });

  test('computes one hash, whether the address is new, taken or repeated', async () => {
    const { accounts, work } = build();
    for (const password of [PASSWORD, PASSWORD, 'another password']) {
      work.hashes = 0;
      await accounts.register(EMAIL, password).catch(() => undefined);
      assert.equal(work.hashes, 1, password);
    }
  });

  for (const [password, code] of [
    [PASSWORD, undefined],
    ['another password', 'email_taken'],
  ] as const) {
    test(`${code ? `throws ${code}` : 'returns the account'} when another registration with ${code ? 'another' : 'the same'} password is faster`, async () => {
      let overtake: (() => Promise<unknown>) | undefined;
      const { accounts, stored } = build({
        async beforeAdd() {
          const first = overtake;
          overtake = undefined;
          await first?.();
        },
      });
      overtake = () => accounts.register(EMAIL, PASSWORD);
      const answer = await accounts.register(EMAIL, password).catch((error) => error.code);
      assert.deepEqual(answer, code ?? { id: 'id-0', email: EMAIL });
      assert.equal(stored.size, 1);
    });
  }
});
