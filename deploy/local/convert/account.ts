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

/** From the command line and the environment. */
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
 * The user's account at this gateway, as a way to log in with it: the one given, the one made before, or a new one.
 * What the gateway does not know is registered, also when it once did (its database was deleted).
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
  const signUp = (credentials: Credentials) =>
    retrying(() => register(gateway, credentials, signal), { clock, signal, onWait });

  async function enter(credentials: Credentials, mismatch: string): Promise<Account> {
    const login = loginOf(credentials);
    const { email } = credentials;
    const tokens = await login(signal).catch(unless('invalid_credentials'));
    if (tokens) return { email, login: firstThen(tokens, login) };
    try {
      await signUp(credentials);
    } catch (error) {
      if (!isProblem(error, 'email_taken')) throw error;
      // Another run with the same password may have been faster.
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
    enter(
      credentials,
      `${credentials.email} has another password by now than the one in ${store.file}; set MP3_PASSWORD.`,
    );

  async function findOrMake(): Promise<Account | undefined> {
    // Another run may have made it while this one waited for the lock.
    const made = find();
    if (made) return enterKept(made);
    const credentials = await makeAccount({ ...ports, url: gateway.url, signUp }, email);
    return credentials && { email: credentials.email, login: loginOf(credentials) };
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
  return (await store.exclusively(findOrMake, waits, signal)) ?? ask(email ?? '');
}

const unless =
  (code: string) =>
  (error: unknown): undefined => {
    if (!isProblem(error, code)) throw error;
  };

/** The tokens there are already are the first answer. */
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
