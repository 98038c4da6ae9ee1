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

/** Registers an account and keeps it. Undefined when somebody else has the address that is wanted. */
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
 * It is kept before it exists, so that an interruption leaves no account whose password nobody knows: the next run
 * registers it once more, which gives the same account.
 */
async function signUpAndKeep(
  credentials: Credentials,
  { url, store, signUp, tell }: MakePorts,
): Promise<void> {
  const isKept = attemptTo(() => store.addPending(url, credentials)) === undefined;
  try {
    await signUp(credentials);
  } catch (error) {
    // What the gateway has refused does not exist. After any other error nobody knows.
    if (isKept && error instanceof Problem) store.remove(url, credentials);
    throw error;
  }
  const obstacle = attemptTo(() => store.add(url, credentials));
  const where =
    obstacle === undefined ? `; the password is in ${store.file}.` : `, for this once: ${obstacle}`;
  tell(`Registered ${credentials.email} at ${url}${where}`);
}

/** Returns why it cannot be done: an account that cannot be kept is no reason to give up this conversion. */
function attemptTo(save: () => void): string | undefined {
  try {
    save();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** An address that auth takes and no mail server delivers to the outside. */
export function madeAddress(userName: string, unique: boolean): string {
  const name =
    userName
      .toLowerCase()
      .replace(/[^a-z\d]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'user';
  return `${name}${unique ? `-${randomBytes(4).toString('hex')}` : ''}@${DOMAIN}`;
}
