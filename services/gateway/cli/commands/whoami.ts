import { apiKeyOf, publicPart } from '../account/api-key.ts';
import { createCredentialStore, credentialsFile } from '../account/credential-store.ts';
import { loginCommand } from '../account/login-command.ts';
import { loginStoreOf } from '../account/sign-in.ts';
import { NotLoggedInError } from '../errors.ts';
import { gatewayUrl } from '../gateway-url.ts';
import type { Command, Program } from '../syntax/command.ts';
import { email as emailFlag, general, json, url } from '../syntax/common-flags.ts';
import { type Input, isSet, textOf } from '../syntax/flags.ts';
import { printJson, printText } from '../terminal/print-json.ts';
import { printable } from '../terminal/text.ts';

export const whoami: Command = {
  name: 'whoami',
  summary: 'Show the account that other commands use',
  synopsis: ['[--url URL]'],
  details: ['Asks nothing of the gateway. Exit code 3 where there is no account yet.'],
  groups: [general(url, emailFlag, json)],
  operands: 'nothing',
  examples: [['whoami', 'prints the address and the gateway']],
  async run(input, program) {
    const { env, stdout } = program;
    const gateway = gatewayUrl(textOf(input, 'url'), env);
    const key = textOf(input, 'email') === undefined ? apiKeyOf(env) : undefined;
    if (key !== undefined) return tellKey(publicPart(key), gateway, input, stdout);
    const named = textOf(input, 'email') ?? (env.MP3_EMAIL || undefined);
    const login = loginStoreOf({ env }).find(gateway, named);
    const made = login ? undefined : createCredentialStore(credentialsFile(env)).find(gateway, named);
    const email = login?.email ?? made?.email;
    if (email === undefined)
      throw new NotLoggedInError(
        `You have no account at ${gateway}. Log in with: ${loginCommand(gateway, program)}`,
      );
    const kind = login ? 'login' : 'automatic';
    if (isSet(input, 'json')) await printJson({ url: gateway, email, kind }, stdout);
    else
      await printText(
        [`${printable(email)} at ${gateway}${made ? ', an account made by convert' : ''}`],
        stdout,
      );
    return 0;
  },
};

/** An API key does not tell whose it is. */
async function tellKey(key: string, url: string, input: Input, stdout: Program['stdout']): Promise<number> {
  if (isSet(input, 'json')) await printJson({ url, key, kind: 'api_key' }, stdout);
  else await printText([`The API key ${key}_… of MP3_API_KEY at ${url}`], stdout);
  return 0;
}
