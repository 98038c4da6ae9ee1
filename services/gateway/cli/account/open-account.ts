import { formatDuration } from '../../../shared/runtime/format.ts';
import { isProblem } from '../../client/http/errors.ts';
import { type RetryOptions, retry } from '../../client/http/retry.ts';
import { type Credentials, register } from '../../client/session/accounts.ts';
import type { Tokens } from '../../client/session/tokens.ts';
import { CommandError, messageOf } from '../errors.ts';
import { createAccount, generateAddress } from './create-account.ts';
import type { CredentialStore } from './credential-store.ts';
import { type LoginPorts, requestLogin } from './request-login.ts';

export interface AccountPorts extends Omit<LoginPorts, 'onRetry'> {
  store: CredentialStore;
  askPassword: (email: string, signal: AbortSignal) => Promise<string>;
  print: (line: string) => void;
  userName: string;
}

/** The account that the command line and the environment name. */
export interface WantedAccount {
  flagEmail: string | undefined;
  envEmail: string | undefined;
  password: string | undefined;
}

export type LogIn = (signal: AbortSignal) => Promise<Tokens>;

export interface Account {
  email: string;
  logIn: LogIn;
}

/**
 * Finds the user's account at this gateway: the given one, the one that an earlier run created, or a new one. An account
 * that the gateway does not know is registered, also when it existed before the gateway's database was deleted.
 */
export async function openAccount(
  ports: AccountPorts,
  wanted: WantedAccount,
  signal: AbortSignal,
): Promise<Account> {
  const { transport, store, print, userName } = ports;
  const email = wanted.flagEmail ?? wanted.envEmail;
  const known = store.find(transport.url, email);
  if (wanted.password) {
    const address = email ?? known?.email ?? generateAddress(userName, false);
    const credentials = { email: address, password: wanted.password };
    return logInOrRegister(ports, credentials, `MP3_PASSWORD is not the password of ${address}.`, signal);
  }
  if (known) return openKept(ports, known, signal);
  if (wanted.flagEmail !== undefined) return openWithPrompt(ports, wanted.flagEmail, signal);
  const onWait = () => print('Another run is creating an account; waiting for it.');
  const { found, created } = await store.exclusively(
    (lockSignal) => findOrCreate(ports, email, lockSignal),
    onWait,
    signal,
  );
  if (found) return openKept(ports, found, signal);
  if (created) return { email: created.email, logIn: logInWith(ports, created) };
  return openWithPrompt(ports, email ?? '', signal);
}

/** Runs under the lock, so it only registers. Logging in with an account that was found needs no lock. */
async function findOrCreate(
  ports: AccountPorts,
  email: string | undefined,
  signal: AbortSignal,
): Promise<{ found?: Credentials; created?: Credentials }> {
  const { url } = ports.transport;
  // Another run may have created the account while this one waited for the lock.
  const found = ports.store.find(url, email);
  if (found) return { found };
  const signUp = (credentials: Credentials) => registerWithRetry(ports, credentials, signal);
  const created = await createAccount({ ...ports, url, signUp }, email);
  return created ? { created } : {};
}

const openKept = (ports: AccountPorts, credentials: Credentials, signal: AbortSignal): Promise<Account> => {
  const mismatch = `${credentials.email} no longer has the password in ${ports.store.file}; set MP3_PASSWORD.`;
  return logInOrRegister(ports, credentials, mismatch, signal);
};

async function openWithPrompt(ports: AccountPorts, email: string, signal: AbortSignal): Promise<Account> {
  const password = await ports.askPassword(email, signal);
  return logInOrRegister(ports, { email, password }, `This is not the password of ${email}.`, signal);
}

/** @param mismatch the message for the case that the address belongs to an account with another password */
async function logInOrRegister(
  ports: AccountPorts,
  credentials: Credentials,
  mismatch: string,
  signal: AbortSignal,
): Promise<Account> {
  const { email } = credentials;
  const logIn = logInWith(ports, credentials);
  // In the middle of the work, a question would be lost between the lines of the progress, and MP3_CODE works once.
  const logInAgain = logInWith({ ...ports, nextCode: undefined }, credentials);
  const tokens = await unlessRefused(logIn(signal));
  if (tokens) return { email, logIn: firstThen(tokens, logInAgain) };
  try {
    await registerWithRetry(ports, credentials, signal);
  } catch (error) {
    if (!isProblem(error, 'email_taken')) throw error;
    // Another run with the same password may have registered it meanwhile.
    const tokens = await unlessRefused(logIn(signal));
    if (tokens) return { email, logIn: firstThen(tokens, logInAgain) };
    throw new CommandError(mismatch, { cause: error });
  }
  ports.print(`Registered ${email} at ${ports.transport.url}.`);
  return { email, logIn };
}

const logInWith =
  (ports: AccountPorts, credentials: Credentials): LogIn =>
  (signal) =>
    requestLogin({ ...ports, ...retryOptions(ports, signal) }, credentials, signal);

/** Throws where the address has to be confirmed before the account can be used. */
async function registerWithRetry(
  ports: AccountPorts,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<void> {
  const signUp = () => register(ports.transport, credentials, signal);
  const registration = await retry(signUp, retryOptions(ports, signal));
  if (registration === 'verification_sent')
    throw new CommandError(`Open the link in the mail to ${credentials.email}, and then run this again.`);
}

const retryOptions = ({ clock, print }: AccountPorts, signal: AbortSignal): RetryOptions => ({
  clock,
  signal,
  onRetry: (error, seconds) => print(`${messageOf(error)} Trying again in ${formatDuration(seconds)}.`),
});

async function unlessRefused(logIn: Promise<Tokens>): Promise<Tokens | undefined> {
  try {
    return await logIn;
  } catch (error) {
    if (!isProblem(error, 'invalid_credentials')) throw error;
    return undefined;
  }
}

/** The first call returns the tokens that are already there; later calls log in. */
function firstThen(first: Tokens, logIn: LogIn): LogIn {
  let unused: Tokens | undefined = first;
  return async (signal) => {
    const tokens = unused;
    unused = undefined;
    return tokens ?? logIn(signal);
  };
}
