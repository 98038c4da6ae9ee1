import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { User } from '../../../../services/auth/accounts/users.ts';
import { createGuests } from '../../../../services/auth/guests/guests.ts';
import { countedPasswords } from '../counted-passwords.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open sesame';

interface Row extends User {
  passwordHash: string | null;
}

/** Guests with users in memory, and a count of the hashes that are computed. */
function build() {
  const stored = new Map<string, Row>();
  const { passwords, work } = countedPasswords();
  /** Runs before an address is stored, as another request would that comes first. */
  const race: { first?: (() => unknown) | undefined } = {};
  const withAddress = (email: string) =>
    [...stored.values()].find((row) => row.email?.toLowerCase() === email.toLowerCase());
  const guests = createGuests({
    users: {
      async find(email) {
        const { id, email: address, passwordHash } = withAddress(email) ?? {};
        return id && address && passwordHash
          ? { id, email: address, passwordHash, sessionEpoch: 0 }
          : undefined;
      },
      async addGuest() {
        const row = { id: `id-${stored.size}`, email: null, passwordHash: null };
        stored.set(row.id, row);
        return { id: row.id, email: null, sessionEpoch: 0 };
      },
      async registerGuest(id, email, passwordHash) {
        const { first } = race;
        race.first = undefined;
        await first?.();
        const row = stored.get(id);
        if (!row || row.email !== null) return 'no_guest';
        if (withAddress(email)) return 'taken';
        stored.set(id, { id, email, passwordHash });
        return 'registered';
      },
      exists: async (id) => stored.has(id),
    },
    passwords,
  });
  const addUser = (email = EMAIL, password = PASSWORD) =>
    stored.set('user', { id: 'user', email, passwordHash: `hash of ${password}` });
  return { guests, stored, work, race, addUser };
}

describe('createGuests', () => {
  it('makes another user for each guest, without an address', async () => {
    const { guests } = build();
    const [one, other] = [await guests.start(), await guests.start()];
    assert.notEqual(one.id, other.id);
    assert.equal(one.email, null);
  });

  it('registers a guest under the same id, and again where the response was lost', async () => {
    const { guests, stored } = build();
    const { id } = await guests.start();
    for (const form of [EMAIL, EMAIL, 'Ann@Example.com'])
      assert.deepEqual(await guests.register(id, form, PASSWORD), { id, email: EMAIL, sessionEpoch: 0 });
    assert.equal(stored.size, 1);
  });

  for (const [what, email, password, code] of [
    ['a text that is no address', 'ann', PASSWORD, 'invalid_email'],
    ['a short password', EMAIL, 'short', 'weak_password'],
    ['the address as the password', EMAIL, 'ANN@example.com', 'weak_password'],
  ] as const) {
    it(`refuses ${what}, and the guest stays one`, async () => {
      const { guests, stored, work } = build();
      const { id } = await guests.start();
      await assert.rejects(guests.register(id, email, password), { code });
      assert.deepEqual([stored.get(id)?.email, work.hashes], [null, 0]);
    });
  }

  it('refuses the address of another account, with its password, too', async () => {
    const { guests, stored, addUser } = build();
    addUser();
    const { id } = await guests.start();
    for (const password of [PASSWORD, 'another password'])
      await assert.rejects(guests.register(id, EMAIL, password), { code: 'email_taken' });
    assert.equal(stored.get(id)?.email, null);
  });

  it('computes one hash, whether the address is new, taken or repeated', async () => {
    const { guests, work, addUser } = build();
    addUser('eve@example.com');
    const { id } = await guests.start();
    for (const [email, password] of [
      ['eve@example.com', PASSWORD],
      ['eve@example.com', 'another password'],
      [EMAIL, PASSWORD],
      [EMAIL, PASSWORD],
      [EMAIL, 'another password'],
    ] as const) {
      work.hashes = 0;
      await guests.register(id, email, password).catch(() => undefined);
      assert.equal(work.hashes, 1, `${email} ${password}`);
    }
  });

  for (const [what, email, password, expected] of [
    ['with the same credentials', EMAIL, PASSWORD, 'registered'],
    ['with another password', EMAIL, 'another password', 'email_taken'],
    ['with another address', 'eve@example.com', PASSWORD, 'state_conflict'],
  ] as const) {
    it(`has one outcome for two requests at the same time, the other of which comes ${what}`, async () => {
      const { guests, stored, race } = build();
      const { id } = await guests.start();
      race.first = () => guests.register(id, email, password);
      const outcome = await guests.register(id, EMAIL, PASSWORD).then(
        () => 'registered',
        (error) => error.code,
      );
      assert.equal(outcome, expected);
      assert.equal(stored.get(id)?.email, email);
    });
  }

  it('refuses an address that somebody else takes meanwhile', async () => {
    const { guests, race, addUser } = build();
    const { id } = await guests.start();
    race.first = () => addUser();
    await assert.rejects(guests.register(id, EMAIL, PASSWORD), { code: 'email_taken' });
  });

  it('refuses a guest that is forgotten', async () => {
    const { guests } = build();
    await assert.rejects(guests.register('gone', EMAIL, PASSWORD), { code: 'invalid_token' });
  });

  it('refuses another address for a guest who has registered', async () => {
    const { guests } = build();
    const { id } = await guests.start();
    await guests.register(id, EMAIL, PASSWORD);
    await assert.rejects(guests.register(id, 'eve@example.com', PASSWORD), { code: 'state_conflict' });
  });
});
