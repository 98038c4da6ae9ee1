import { userInfo } from 'node:os';
import { register, requestTokens } from './auth-requests.ts';
import type { Clock } from './clock.ts';
import type { CredentialStore, Credentials } from './credentials.ts';
import { Failure, isProblem, messageOf } from './failure.ts';
import { formatSeconds } from './format.ts';
import type { Gateway } from './gateway.ts';
import { madeAddress, makeAccount } from './make-account.ts';
import { retrying } from './retry.ts';
import type { Tokens } from './session.ts';

export interface AccountPorts {
  gateway: Gateway;
  store: CredentialStore;
  askPassword: (email: string, signal: AbortSignal) => Promise<string>;
  tell: (line: string) => void;
  clock: Clock;
  userName: string;
}

/** What the command line and the environment say about the account. */
export interface Wanted {
  flagEmail: string | undefined;
  envEmail: string | undefined;
  password: string | undefined;
}

export type Login = (signal: AbortSignal) => Promise<Tokens>;

export interface Account {
  email: string;
  login: Login;
}

/**
 * Finds the user's account at this gateway: the given one, the one that an earlier run made, or a new one.
 * An account that the gateway does not know is registered, also when it existed before its database was deleted.
 */
export async function openAccount(
  ports: AccountPorts,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Account> {
  const { gateway, store, tell, clock } = ports;
  const flag = wanted.flagEmail;
  const email = flag ?? wanted.envEmail;
  const find = () => store.find(gateway.url, email);

  const onWait = (error: unknown, seconds: number) =>
    tell(`${messageOf(error)} Trying again in ${formatSeconds(seconds)}.`);
  const loginOf =
    (credentials: Credentials): Login =>
    (signal) =>
      retrying(() => requestTokens(gateway, credentials, signal), { clock, signal, onWait });
  const signUp = (credentials: Credentials, signal: AbortSignal) =>
    retrying(() => register(gateway, credentials, signal), { clock, signal, onWait });

  async function enter(credentials: Credentials, mismatch: string): Promise<Account> {
    const login = loginOf(credentials);
    const { email } = credentials;
    const tokens = await login(signal).catch(unless('invalid_credentials'));
    if (tokens) return { email, login: firstThen(tokens, login) };
    try {
      await signUp(credentials, signal);
    } catch (error) {
      if (!isProblem(error, 'email_taken')) throw error;
      // Another run with the same password may have registered it meanwhile.
      const tokens = await login(signal).catch(unless('invalid_credentials'));
      if (tokens) return { email, login: firstThen(tokens, login) };
      throw new Failure(mismatch, { cause: error });
    }
    tell(`Registered ${email} at ${gateway.url}.`);
    return { email, login };
  }

  async function ask(address: string): Promise<Account> {
    const password = await ports.askPassword(address, signal);
    return enter({ email: address, password }, `This is not the password of ${address}.`);
  }

  const enterKept = (credentials: Credentials) =>
    enter(credentials, `${credentials.email} no longer has the password in ${store.file}; set MP3_PASSWORD.`);

  /** Runs under the lock, so it only registers. Logging in with an account that was found needs no lock. */
  async function findOrMake(signal: AbortSignal): Promise<{ found?: Credentials; made?: Credentials }> {
    // Another run may have made the account while this one waited for the lock.
    const found = find();
    if (found) return { found };
    const made = await makeAccount(
      { ...ports, url: gateway.url, signUp: (credentials) => signUp(credentials, signal) },
      email,
    );
    return made ? { made } : {};
  }

  const known = find();
  if (wanted.password) {
    const given = {
      email: email ?? known?.email ?? madeAddress(ports.userName, false),
      password: wanted.password,
    };
    return enter(given, `MP3_PASSWORD is not the password of ${given.email}.`);
  }
  if (known) return enterKept(known);
  if (flag !== undefined) return ask(flag);
  const waits = () => tell('Another run is making an account; waiting for it.');
  const { found, made } = await store.exclusively(findOrMake, waits, signal);
  if (found) return enterKept(found);
  return made ? { email: made.email, login: loginOf(made) } : ask(email ?? '');
}

const unless =
  (code: string) =>
  (error: unknown): undefined => {
    if (!isProblem(error, code)) throw error;
  };

/** The first call returns the tokens that are already there; later calls log in. */
function firstThen(first: Tokens, login: Login): Login {
  let waiting: Tokens | undefined = first;
  return async (signal) => {
    const ready = waiting;
    waiting = undefined;
    return ready ?? login(signal);
  };
}

export function currentUserName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return env.USER ?? 'user';
  }
}
