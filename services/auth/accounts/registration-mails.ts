import type { Statements, Transactions } from '../database/database.ts';
import { whileAllowed } from '../mails/allowances.ts';
import { mailLink, newMailToken } from '../mails/mail-tokens.ts';
import { queueMail } from '../mails/outbox.ts';
import { emailKey } from './email-address.ts';
import { type Registration, replaceToken, saveForClosedAccount, saveRegistration } from './registrations.ts';

/** After this time without a confirmation, a registration is forgotten, so that nobody holds the address of a stranger. */
export const REGISTRATION_MS = 48 * 3600 * 1000;

export interface RegistrationMailPorts {
  database: Transactions;
  publicUrl: string;
  /** Called after a mail was queued. */
  wakeMails: () => void;
  now?: () => number;
}

type NewRegistration = Omit<Registration, 'tokenHash' | 'expiresAt'>;

/** The mails that a registration causes. */
export function createRegistrationMails(ports: RegistrationMailPorts) {
  const { database, publicUrl, wakeMails, now = Date.now } = ports;

  /** Stores the registration with a new token, and queues its mail. Returns false where no mail may be sent. */
  const mailRegistration = (registration: NewRegistration): Promise<boolean> =>
    mailLinkTo(registration.email, async (statements, token) => {
      await saveRegistration(statements, { ...registration, ...token });
      return true;
    });

  /** Stores the registration of a closed account, and queues its mail. A contested registration stays contested. */
  const mailClosedAccount = (registration: NewRegistration): Promise<boolean> =>
    mailLinkTo(registration.email, async (statements, token) => {
      await saveForClosedAccount(statements, { ...registration, ...token }, new Date(now()));
      return true;
    });

  /** Queues the mail of a registration again, with a new token. */
  async function mailAgain(email: string): Promise<void> {
    await mailLinkTo(email, (statements, token) =>
      replaceToken(statements, { email, ...token, now: new Date(now()) }),
    );
  }

  /** Queues a mail whose token `store` stores. It returns false where no registration waits for the token. */
  async function mailLinkTo(
    email: string,
    store: (statements: Statements, token: { tokenHash: string; expiresAt: Date }) => Promise<boolean>,
  ): Promise<boolean> {
    const { token, tokenHash } = newMailToken();
    const expiresAt = new Date(now() + REGISTRATION_MS);
    const allowed = { emailKey: emailKey(email), kind: 'verify', now: now() } as const;
    const isSent = await whileAllowed(database, allowed, async (statements) => {
      if (!(await store(statements, { tokenHash, expiresAt }))) return;
      const link = mailLink(publicUrl, 'verify-email', token);
      await queueMail(statements, { kind: 'verify_email', to: email, link, expiresAt });
    });
    if (isSent) wakeMails();
    return isSent;
  }

  /** Tells the owner of an account that somebody registers with the address. */
  async function mailOwner(email: string): Promise<void> {
    const allowed = { emailKey: emailKey(email), kind: 'exists', now: now() } as const;
    const isQueued = await whileAllowed(database, allowed, (statements) =>
      queueMail(statements, { kind: 'account_exists', to: email }),
    );
    if (isQueued) wakeMails();
  }

  return { mailRegistration, mailClosedAccount, mailAgain, mailOwner };
}
