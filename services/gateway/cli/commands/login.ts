import { isProblem } from '../../client/http/errors.ts';
import { retry } from '../../client/http/retry.ts';
import type { Transport } from '../../client/http/transport.ts';
import { type Credentials, register } from '../../client/session/accounts.ts';
import { loginCommand } from '../account/login-command.ts';
import { nextCodeOf } from '../account/next-code.ts';
import { requestLogin } from '../account/request-login.ts';
import { loginStoreOf } from '../account/sign-in.ts';
import { NotLoggedInError, UsageError } from '../errors.ts';
import { gatewayUrl } from '../gateway-url.ts';
import type { Command, Program } from '../syntax/command.ts';
import { email as emailFlag, general, json, url } from '../syntax/common-flags.ts';
import { isSet, textOf } from '../syntax/flags.ts';
import { askEmail, askPassword } from '../terminal/ask.ts';
import { printJson, printText } from '../terminal/print-json.ts';
import { printable } from '../terminal/text.ts';

export const login: Command = {
  name: 'login',
  summary: 'Log in at a gateway, for all later commands',
  synopsis: ['[--url URL] [--email ADDR] [--register]'],
  details: [
    'Asks for the address and the password, unless $MP3_EMAIL and $MP3_PASSWORD have them.',
    'Where the account has a second factor, also asks for a code of the authenticator app or a recovery code, unless $MP3_CODE has one.',
    'Keeps tokens, and not the password, in a file that only you can read.',
    'Each gateway has a login of its own.',
    'A script uses an API key in $MP3_API_KEY instead, which needs no code.',
  ],
  groups: [
    { title: 'Account', flags: [{ name: 'register', text: ['make the account first'] }] },
    general(url, emailFlag, json),
  ],
  operands: 'nothing',
  examples: [
    ['login', 'logs in at http://localhost:8080'],
    ['login --url https://mp3.example.com --email ann@example.com', 'logs in at another gateway'],
  ],
  async run(input, program) {
    if (input.operands.length > 0) throw new UsageError('Give the address as --email ADDR.');
    const { env, signal, stdout } = program;
    const gateway = gatewayUrl(textOf(input, 'url'), env);
    const email = textOf(input, 'email') ?? (env.MP3_EMAIL || (await askEmail(program, signal)));
    const password = env.MP3_PASSWORD || (await askPassword(email, program, signal));
    const { transport, close } = program.connect(gateway);
    try {
      await logIn(transport, { email, password }, isSet(input, 'register'), program);
    } finally {
      await close();
    }
    if (isSet(input, 'json')) await printJson({ url: gateway, email }, stdout);
    else await printText([`Logged in at ${gateway} as ${printable(email)}.`], stdout);
    return 0;
  },
};

async function logIn(
  transport: Transport,
  credentials: Credentials,
  isNew: boolean,
  program: Pick<Program, 'clock' | 'signal' | 'env' | 'stdin' | 'stderr' | 'invocationOf'>,
): Promise<void> {
  const { clock, signal } = program;
  const { email } = credentials;
  const store = loginStoreOf(program);
  try {
    if (isNew) await retry(() => register(transport, credentials, signal), { clock, signal });
    const tokens = await requestLogin(
      { transport, clock, nextCode: nextCodeOf(program) },
      credentials,
      signal,
    );
    store.add(transport.url, {
      email,
      tokens: { ...tokens, expires_at: clock.now() + tokens.expires_in * 1000 },
    });
  } catch (cause) {
    if (!isProblem(cause, 'invalid_credentials')) throw cause;
    throw new NotLoggedInError(
      `${printable(email)} has another password at ${transport.url}, or no account. ` +
        `To make one: ${loginCommand(transport.url, program, '--register')}`,
      { cause },
    );
  }
}
