import { hasAllowance } from '../mails/allowances.ts';
import { takeAtLeast } from '../mails/take-at-least.ts';
import { emailKey, parseEmailAddress } from './email-address.ts';
import { requireNewCredentials } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import {
  createRegistrationMails,
  REGISTRATION_MS,
  type RegistrationMailPorts,
} from './registration-mails.ts';
import { addContested, contestRegistration, findRegistration, type Registration } from './registrations.ts';
import { findUser, type StoredUser } from './users.ts';

/** Requests that register the same address at the same time. */
const MAX_TRIES = 5;

/** What a registration answers for every address alike. */
export interface PendingAccount {
  email: string;
  verification: 'sent';
}

export interface NewRegistration {
  email: string;
  password: string;
  /** The guest who registers. */
  guestId?: string;
  /** Ends the wait for a password hash. */
  signal?: AbortSignal;
}

/**
 * Registrations whose addresses have to be confirmed by a mailed link. The account is made by the confirmation, and has the password
 * of the registration whose mail was confirmed: a stranger who registers somebody's address first or meanwhile gets nothing.
 *
 * - A registration that sends a mail replaces password and token of the one before it. The link of the older mail ends.
 * - One that may not send a mail, because an address gets one an hour, changes neither. Where its password is another one, two people
 *   may have registered, and the owner of the mailbox cannot know whose mail it is. So the password of both is dropped, and whoever
 *   confirms gets a mail with which to choose one.
 *
 * An account that was made while addresses did not have to be confirmed is closed until its address is: see `isUnconfirmed`. It has its
 * mail sent as a registration has, and the confirmation opens it, with its id and its jobs. It keeps its password, unless somebody
 * has registered meanwhile who does not know that: then two people may claim it, and whoever confirms takes it from all others. That
 * stays so for as long as the registration waits, also where somebody registers again with the password of the account.
 */
export interface Verification {
  /** Throws `invalid_email` and `weak_password`. The answer and its time are the same whether or not there is an account. */
  register(registration: NewRegistration): Promise<PendingAccount>;
  /** Sends the mail of a registration again, with a new link, or that of a closed account. Does nothing where there is neither. */
  resend(email: string): Promise<void>;
  /** Whether the address waits for its confirmation, with the hash of its password. */
  findPending(email: string): Promise<Registration | undefined>;
}

export interface VerificationPorts extends RegistrationMailPorts {
  passwords: Passwords;
  /** Milliseconds that an answer takes at least. */
  minMs?: number | undefined;
}

export function createVerification(ports: VerificationPorts): Verification {
  const { database, passwords, minMs, now = Date.now } = ports;

  const { mailRegistration, mailClosedAccount, mailAgain, mailOwner } = createRegistrationMails(ports);

  /**
   * Keeps what an earlier registration has mailed, and makes sure that its password is nobody else's. Returns false where the
   * registrations of the address have changed since they were read: another one was made, or the one that was read has been confirmed.
   */
  async function joinEarlier({ email, password, guestId, signal }: NewRegistration): Promise<boolean> {
    const earlier = await findRegistration(database, email, new Date(now()));
    const matches = await passwords.verify(password, earlier?.passwordHash ?? undefined, signal);
    if (!earlier)
      return addContested(database, {
        email,
        now: new Date(now()),
        expiresAt: new Date(now() + REGISTRATION_MS),
      });
    const isSame = matches && earlier.guestId === (guestId ?? null);
    return isSame || contestRegistration(database, email);
  }

  /**
   * Computes one hash in any case, so that the time does not reveal whether the address is new. Returns false where another request was
   * faster, so that it has to be done again.
   */
  async function registerOnce(registration: NewRegistration): Promise<boolean> {
    const { email, password, guestId = null, signal } = registration;
    const user = await findUser(database, 'email_key', emailKey(email));
    if (user && !user.isUnconfirmed) {
      await passwords.verify(password, undefined, signal);
      await mailOwner(user.email);
      return true;
    }
    const allowance = { emailKey: emailKey(email), kind: 'verify', now: now() } as const;
    if (await hasAllowance(database, allowance)) {
      return user
        ? mailClosedAccount({ email, guestId, passwordHash: await ownHash(passwords, user, registration) })
        : mailRegistration({ email, guestId, passwordHash: await passwords.hash(password, signal) });
    }
    return joinEarlier(registration);
  }

  return {
    async register(registration) {
      const email = requireNewCredentials(registration.email, registration.password);
      await takeAtLeast(async () => {
        for (let tries = 0; tries < MAX_TRIES; tries++) {
          if (await registerOnce({ ...registration, email })) return;
        }
      }, minMs);
      return { email, verification: 'sent' };
    },

    resend: (given) =>
      takeAtLeast(async () => {
        const email = parseEmailAddress(given);
        if (email === undefined) return;
        const [pending, user] = await Promise.all([
          findRegistration(database, email, new Date(now())),
          findUser(database, 'email_key', emailKey(email)),
        ]);
        if (pending) await mailAgain(pending.email);
        else if (user?.isUnconfirmed)
          await mailClosedAccount({ email, guestId: null, passwordHash: user.passwordHash ?? null });
      }, minMs),

    findPending: (email) => findRegistration(database, email, new Date(now())),
  };
}

/** The hash of a closed account, for whoever knows its password. Otherwise null, so that nobody gets its jobs by registering. */
async function ownHash(
  passwords: Passwords,
  { passwordHash }: StoredUser,
  { password, signal }: NewRegistration,
): Promise<string | null> {
  const matches = await passwords.verify(password, passwordHash, signal);
  return matches && passwordHash !== undefined ? passwordHash : null;
}
