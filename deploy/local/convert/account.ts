import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Clock } from './clock.ts';
import type { CredentialStore, Credentials } from './credentials.ts';
import { Failure, isProblem, messageOf } from './failure.ts';
import { type Gateway, readJson } from './gateway.ts';
import { retrying } from './retry.ts';
import { type Tokens, tokens } from './session.ts';

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

const DOMAIN = 'localhost.localdomain';
const MADE_ATTEMPTS = 3;

/**
 * The user's account at this gateway, as a way to log in with it: the one given, the one made before, or a new one.
 * What the gateway does not know is registered, also when it once did (its database was deleted).
 */
export async function openAccount(ports: AccountPorts, wanted: Wanted, signal: AbortSignal): Promise<Login> {
  const { gateway, store, tell, clock } = ports;
  const flag = wanted.flagEmail;
  const email = flag ?? wanted.envEmail;
  const kept = store.find(gateway.url, email);
  const retry = <T>(attempt: () => Promise<T>) => retrying(attempt, { clock, signal });

  async function enter(credentials: Credentials, mismatch: string): Promise<Login> {
    const login: Login = (signal) => requestTokens(gateway, credentials, signal);
    try {
      return firstThen(await retry(() => login(signal)), login);
    } catch (error) {
      if (!isProblem(error, 'invalid_credentials')) throw error;
    }
    try {
      await retry(() => register(gateway, credentials, signal));
    } catch (error) {
      throw isProblem(error, 'email_taken') ? new Failure(mismatch, { cause: error }) : error;
    }
    tell(`Registered ${credentials.email} at ${gateway.url}.`);
    return login;
  }

  async function ask(address: string): Promise<Login> {
    const password = await ports.askPassword(address, signal);
    return enter({ email: address, password }, `This is not the password of ${address}.`);
  }

  async function make(): Promise<Login> {
    for (let attempt = 1; ; attempt++) {
      const credentials = {
        email: email ?? madeAddress(ports.userName, attempt > 1),
        password: randomBytes(24).toString('base64url'),
      };
      try {
        await retry(() => register(gateway, credentials, signal));
      } catch (error) {
        if (!isProblem(error, 'email_taken')) throw error;
        if (email !== undefined) return ask(email);
        if (attempt === MADE_ATTEMPTS) throw error;
        continue;
      }
      keep(credentials);
      return (signal) => requestTokens(gateway, credentials, signal);
    }
  }

  /** Not being able to is no reason to give up this conversion. */
  function keep(credentials: Credentials): void {
    try {
      store.add(gateway.url, credentials);
      tell(`Registered ${credentials.email} at ${gateway.url}; the password is in ${store.file}.`);
    } catch (error) {
      tell(`Registered ${credentials.email} at ${gateway.url}, for this once: ${messageOf(error)}`);
    }
  }

  if (wanted.password) {
    const given = {
      email: email ?? kept?.email ?? madeAddress(ports.userName, false),
      password: wanted.password,
    };
    return enter(given, `MP3_PASSWORD is not the password of ${given.email}.`);
  }
  if (kept) {
    return enter(
      kept,
      `${kept.email} has another password by now than the one in ${store.file}; set MP3_PASSWORD.`,
    );
  }
  return flag === undefined ? make() : ask(flag);
}

/** The tokens there are already are the first answer. */
function firstThen(first: Tokens, login: Login): Login {
  let waiting: Tokens | undefined = first;
  return async (signal) => {
    const ready = waiting;
    waiting = undefined;
    return ready ?? login(signal);
  };
}

async function register(gateway: Gateway, credentials: Credentials, signal: AbortSignal): Promise<void> {
  const reply = await gateway.send({
    method: 'POST',
    path: '/register',
    headers: { 'content-type': 'application/json' },
    body: () => JSON.stringify(credentials),
    signal,
  });
  await reply.body.dump();
}

async function requestTokens(
  gateway: Gateway,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Tokens> {
  const basic = Buffer.from(`${credentials.email}:${credentials.password}`).toString('base64');
  const reply = await gateway.send({
    method: 'POST',
    path: '/login',
    headers: { authorization: `Basic ${basic}` },
    signal,
  });
  return readJson(reply, tokens, gateway.url);
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

export function currentUserName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return env.USER ?? 'user';
  }
}
