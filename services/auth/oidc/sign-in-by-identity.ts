import { AppError } from '../../shared/runtime/errors.ts';
import { lockUser } from '../accounts/lock-account.ts';
import { dropRegistration } from '../accounts/registrations.ts';
import type { ProvedUser, User } from '../accounts/users.ts';
import { invalidToken } from '../credentials.ts';
import type { Statements, Transactions } from '../database/database.ts';
import { isDuplicate } from '../database/database-errors.ts';
import { retryDeadlock } from '../database/retry-deadlock.ts';
import { setGroup } from '../groups/set-group.ts';
import { queueMail } from '../mails/outbox.ts';
import { readEpoch } from '../revocations/session-epoch.ts';
import { findBySession } from '../sessions/session-store.ts';
import { type BegunBy, type GuestBy, type JoinBy, signInFailed } from './authorization.ts';
import { makeGuestAccount, requireLeave } from './guest-account.ts';
import type { Identity } from './identity.ts';
import {
  addIdentity,
  addVerifiedUser,
  findByAddress,
  findByIdentity,
  identityId,
  lockedUser,
  noteIdentityUse,
} from './identity-store.ts';
import type { ProviderSettings } from './settings.ts';

/**
 * Returns the account of an identity, and makes one where there is none. Where a guest has begun the login, the guest becomes that
 * account. An account with the same address is joined only by its owner, or where the operator allows it and both sides have verified
 * the address: an address alone proves nothing, because anybody may have registered here with it, or there.
 * Throws `account_exists` for an account that is not the guest's, unless the guest may be left.
 */
export type SignInByIdentity = (
  identity: Identity,
  settings: ProviderSettings,
  by: BegunBy,
) => Promise<ProvedUser>;

export function createSignInByIdentity(database: Transactions, now = Date.now): SignInByIdentity {
  const run: SignInByIdentity = (identity, settings, { join, guest }) =>
    database.inTransaction(async (statements) => {
      const at = new Date(now());
      const begunBy = join ?? guest;
      if (begunBy) await lockUser(statements, begunBy.userId);
      const known = await findByIdentity(statements, identityId(identity));
      if (join && known && known.id !== join.userId)
        throw new AppError('state_conflict', `this account of ${settings.name} belongs to another account`);
      if (known) requireLeave(known, settings, guest);
      const user =
        known ??
        (join
          ? await joinOwn(statements, { identity, settings, join, at })
          : await joinOrAdd(statements, { identity, settings, guest, at }));
      const current = await updateGroup(statements, user.id, identity);
      // After the user was locked: a new password may have removed the identity while this waited.
      if (!(await noteIdentityUse(statements, { identity, userId: user.id, now: at })))
        throw signInFailed(`your account at ${settings.name} is not joined any more: begin again`);
      return { ...current, sessionEpoch: await readEpoch(statements, user.id) };
    });

  return async (...args) => {
    const transact = () => retryDeadlock(() => run(...args));
    try {
      return await transact();
    } catch (error) {
      // Another login with this identity or address was faster, and has made the account.
      if (isDuplicate(error)) return transact();
      throw error;
    }
  };
}

interface Wanted {
  identity: Identity;
  settings: ProviderSettings;
  at: Date;
}

/** Joins the identity to the account of whoever is signed in. Throws `sign_in_failed` where that session has ended meanwhile. */
async function joinOwn(
  statements: Statements,
  { join, ...wanted }: Wanted & { join: JoinBy },
): Promise<User> {
  const user = await findBySession(statements, join);
  if (!user || user.email === null) throw signInFailed('your session has ended: sign in first');
  await joinTo(statements, user, wanted);
  return user;
}

async function joinOrAdd(
  statements: Statements,
  { guest, ...wanted }: Wanted & { guest: GuestBy | undefined },
): Promise<User> {
  const { identity, settings, at } = wanted;
  const { email, emailVerified } = identity;
  if (email === undefined)
    throw signInFailed(`${settings.name} has sent no e-mail address, which an account needs`);
  // First: whoever enters any address at the provider would learn here who has an account.
  if (!emailVerified) throw signInFailed(`${settings.name} has not verified your e-mail address`);
  const other = await findByAddress(statements, email);
  if (other) {
    if (!settings.join_verified_email || other.isUnconfirmed) throw addressTaken(other, settings);
    requireLeave(other, settings, guest);
    await joinTo(statements, other, wanted);
    return other;
  }
  // Before the account, as a confirmation does. The link of its mail could not make an account with the same address any more.
  await dropRegistration(statements, email);
  const user = guest
    ? await makeGuestAccount(statements, guest, { email, at })
    : await addVerifiedUser(statements, email, at);
  await addIdentity(statements, { identity, provider: settings.id, userId: user.id, now: at });
  return user;
}

/** Joins an identity, and tells the owner. */
async function joinTo(statements: Statements, user: User, { identity, settings, at }: Wanted): Promise<void> {
  if (!(await lockUser(statements, user.id))) throw invalidToken();
  await addIdentity(statements, { identity, provider: settings.id, userId: user.id, now: at });
  if (user.email !== null)
    await queueMail(statements, { kind: 'new_sign_in_method', to: user.email, detail: settings.name });
}

/** Gives the account the group that the provider says. Throws `invalid_token` for an account that was deleted meanwhile. */
async function updateGroup(statements: Statements, userId: string, identity: Identity): Promise<User> {
  const user = await lockedUser(statements, userId);
  if (!user) throw invalidToken();
  const { group } = identity;
  if (group === undefined) return user;
  await setGroup(statements, { userId, group, identity: identityId(identity) });
  const { group: _, ...known } = user;
  return { ...known, ...(group !== 'user' && { group }) };
}

/** Of an account that nobody has confirmed, a stranger may know the password: its owner gets in by choosing another one. */
const addressTaken = ({ isUnconfirmed }: User, { name }: ProviderSettings): AppError =>
  new AppError(
    'email_taken',
    isUnconfirmed
      ? `nobody has confirmed the account with this address: choose a new password by "forgot password", and join ${name} to it there`
      : `there is an account with this address: sign in with its password, and join ${name} to it there`,
  );
