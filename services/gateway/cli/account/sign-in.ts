import type { Transport } from '../../client/http/transport.ts';
import { createSession, type Session } from '../../client/session/session.ts';
import { createMemoryTokens } from '../../client/session/tokens.ts';
import { NotLoggedInError } from '../errors.ts';
import type { Program } from '../syntax/command.ts';
import { askPassword } from '../terminal/ask.ts';
import { apiKeyOf, createKeySession } from './api-key.ts';
import { currentUserName } from './create-account.ts';
import { createCredentialStore, credentialsFile } from './credential-store.ts';
import { loginCommand } from './login-command.ts';
import { createLoginStore, type LoginStore, loginsFile } from './login-store.ts';
import { nextCodeOf } from './next-code.ts';
import { openAccount } from './open-account.ts';

const LOGOUT_MS = 2_000;

export interface SignedIn {
  session: Session;
  /** Of the account. Unknown for an API key. */
  email: string | undefined;
  /** Revokes the tokens, unless they belong to a login that stays. */
  close(): Promise<void>;
}

export interface Wanted {
  /** The value of --email. */
  email: string | undefined;
  /** Whether an account is made where there is none. */
  mayCreate: boolean;
}

export const loginStoreOf = ({ env }: Pick<Program, 'env'>): LoginStore =>
  createLoginStore(loginsFile(credentialsFile(env)));

type Ports = Pick<Program, 'env' | 'clock' | 'signal' | 'stdin' | 'stderr' | 'invocationOf'>;

/**
 * Opens a session: with the API key or the password of the environment, the login that `login` has kept, or the account that an
 * earlier run has made, in this order. An account that --email names comes before an API key. @throws NotLoggedInError where there is none, and none may be made
 */
export async function signIn(
  transport: Transport,
  { email, mayCreate }: Wanted,
  program: Ports,
  print: (line: string) => void,
): Promise<SignedIn> {
  const { env, clock, signal } = program;
  const key = email === undefined ? apiKeyOf(env) : undefined;
  if (key !== undefined)
    return { session: createKeySession(transport, key), email: undefined, close: async () => undefined };
  const named = email ?? (env.MP3_EMAIL || undefined);
  const logins = loginStoreOf(program);
  const login = env.MP3_PASSWORD ? undefined : logins.find(transport.url, named);
  if (login) return openLogin(transport, login.email, logins, program);

  const store = createCredentialStore(credentialsFile(env));
  if (!mayCreate && !env.MP3_PASSWORD && email === undefined && !store.find(transport.url, named)) {
    throw new NotLoggedInError(
      `You are not logged in at ${transport.url}. Log in with: ${loginCommand(transport.url, program)}`,
    );
  }
  const account = await openAccount(
    {
      ...{ transport, store, print, clock, userName: currentUserName(env) },
      nextCode: nextCodeOf(program),
      askPassword: (address, passwordSignal) => askPassword(address, program, passwordSignal),
    },
    { flagEmail: email, envEmail: env.MP3_EMAIL || undefined, password: env.MP3_PASSWORD || undefined },
    signal,
  );
  const { logIn } = account;
  const session = createSession({ transport, tokens: createMemoryTokens(), clock, logIn, signal });
  session.start(await logIn(signal), account.email);
  return {
    session,
    email: account.email,
    close: () => session.logOut(AbortSignal.timeout(LOGOUT_MS)),
  };
}

function openLogin(transport: Transport, email: string, logins: LoginStore, program: Ports): SignedIn {
  const { clock, signal } = program;
  const again = loginCommand(transport.url, program, '--email', email);
  const session = createSession({
    ...{ transport, clock, signal, tokens: logins.tokensOf(transport.url, email) },
    async logIn() {
      throw new NotLoggedInError(`The login of ${email} has expired. Log in again with: ${again}`);
    },
  });
  // `start` would take the tokens for new ones.
  return { session: { ...session, account: email }, email, close: async () => undefined };
}
