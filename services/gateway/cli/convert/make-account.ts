import { randomBytes } from 'node:crypto';
import type { CredentialStore, Credentials } from './credentials.ts';
import { isProblem, messageOf, Problem } from './failure.ts';

export interface MakePorts {
  url: string;
  store: CredentialStore;
  /** Registers an account. @throws Problem when the gateway refuses it */
  signUp: (credentials: Credentials) => Promise<void>;
  tell: (line: string) => void;
  userName: string;
}

const DOMAIN = 'localhost.localdomain';
const ATTEMPTS = 3;

/**
 * The answers that prove that the account does not exist. A 5xx proves nothing: the gateway sends it also when auth has
 * made the account and its answer was lost. Nor does a 429, when it follows a lost answer.
 */
const REFUSALS = ['email_taken', 'invalid_email', 'weak_password', 'bad_request'];
const isRefusal = (error: unknown): boolean => error instanceof Problem && REFUSALS.includes(error.code);

/** Registers an account and keeps its password. Returns undefined when the wanted address belongs to somebody else. */
export async function makeAccount(
  ports: MakePorts,
  email: string | undefined,
): Promise<Credentials | undefined> {
  for (let attempt = 1; ; attempt++) {
    const begun = attempt === 1 ? ports.store.findPending(ports.url, email) : undefined;
    const credentials = begun ?? {
      email: email ?? madeAddress(ports.userName, attempt > 1),
      password: randomBytes(24).toString('base64url'),
    };
    try {
      await signUpAndKeep(credentials, ports);
      return credentials;
    } catch (error) {
      if (!isProblem(error, 'email_taken')) throw error;
      if (email !== undefined && !begun) return undefined;
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * Writes the password to the file before the account exists, so that an interrupted run leaves no account with an unknown
 * password. The next run registers the pending account again, which is idempotent.
 */
async function signUpAndKeep(
  credentials: Credentials,
  { url, store, signUp, tell }: MakePorts,
): Promise<void> {
  const isKept = attemptTo(() => store.addPending(url, credentials)) === undefined;
  try {
    await signUp(credentials);
  } catch (error) {
    if (isKept && isRefusal(error)) store.remove(url, credentials);
    throw error;
  }
  const obstacle = attemptTo(() => store.add(url, credentials));
  const where =
    obstacle === undefined ? `; the password is in ${store.file}.` : `, for this run only: ${obstacle}`;
  tell(`Registered ${credentials.email} at ${url}${where}`);
}

/** Returns the reason of a failure instead of throwing it: a password that cannot be kept must not stop the conversion. */
function attemptTo(save: () => void): string | undefined {
  try {
    save();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** An address that auth accepts, in a domain to which no mail server delivers. */
export function madeAddress(userName: string, unique: boolean): string {
  const name =
    userName
      .toLowerCase()
      .replace(/[^a-z\d]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'user';
  return `${name}${unique ? `-${randomBytes(4).toString('hex')}` : ''}@${DOMAIN}`;
}
