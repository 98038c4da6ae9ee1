import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { isProblem, ProblemError } from '../../client/http/errors.ts';
import type { Credentials } from '../../client/session/accounts.ts';
import { messageOf } from '../errors.ts';
import type { CredentialStore } from './credential-store.ts';

export interface CreatePorts {
  url: string;
  store: CredentialStore;
  /** Registers an account. @throws ProblemError when the gateway refuses it */
  signUp: (credentials: Credentials) => Promise<void>;
  print: (line: string) => void;
  userName: string;
}

const DOMAIN = 'localhost.localdomain';
const ATTEMPTS = 3;

/**
 * The error codes that prove that the account does not exist. A 5xx proves nothing: the gateway also sends it when auth has
 * created the account and its response was lost. A 429 that follows a lost response proves nothing either.
 */
const REFUSALS: readonly string[] = ['email_taken', 'invalid_email', 'weak_password', 'bad_request'];
const isRefusal = (error: unknown): boolean => error instanceof ProblemError && REFUSALS.includes(error.code);

/** Registers an account and keeps its password. Returns undefined when the wanted address belongs to somebody else. */
export async function createAccount(
  ports: CreatePorts,
  email: string | undefined,
): Promise<Credentials | undefined> {
  for (let attempt = 1; ; attempt++) {
    const pending = attempt === 1 ? ports.store.findPending(ports.url, email) : undefined;
    const credentials = pending ?? {
      email: email ?? generateAddress(ports.userName, attempt > 1),
      password: randomBytes(24).toString('base64url'),
    };
    try {
      await registerAndKeep(credentials, ports);
      return credentials;
    } catch (error) {
      if (!isProblem(error, 'email_taken')) throw error;
      if (email !== undefined && !pending) return undefined;
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * Writes the password to the file before the account exists, so that an interrupted run leaves no account with an unknown
 * password. The next run registers the pending account again, which is idempotent.
 */
async function registerAndKeep(
  credentials: Credentials,
  { url, store, signUp, print }: CreatePorts,
): Promise<void> {
  const isKept = failureOf(() => store.addPending(url, credentials)) === undefined;
  try {
    await signUp(credentials);
  } catch (error) {
    if (isKept && isRefusal(error)) store.remove(url, credentials);
    throw error;
  }
  const obstacle = failureOf(() => store.add(url, credentials));
  const where =
    obstacle === undefined ? `; the password is in ${store.file}.` : `, for this run only: ${obstacle}`;
  print(`Registered ${credentials.email} at ${url}${where}`);
}

/** Returns the reason of a failure instead of throwing it: a password that cannot be kept must not stop the conversion. */
function failureOf(save: () => void): string | undefined {
  try {
    save();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** An address that auth accepts, in a domain to which no mail server delivers. */
export function generateAddress(userName: string, unique: boolean): string {
  const name =
    userName
      .toLowerCase()
      .replace(/[^a-z\d]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'user';
  return `${name}${unique ? `-${randomBytes(4).toString('hex')}` : ''}@${DOMAIN}`;
}

/** Returns the name of the user who runs this program, or `user`. */
export function currentUserName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return env.USER ?? 'user';
  }
}
