import { createSession } from '../../client/session/session.ts';
import { loginStoreOf } from '../account/sign-in.ts';
import { NotLoggedInError } from '../errors.ts';
import { gatewayUrl } from '../gateway-url.ts';
import type { Command } from '../syntax/command.ts';
import { email as emailFlag, general, json, url } from '../syntax/common-flags.ts';
import { isSet, textOf } from '../syntax/flags.ts';
import { printJson, printText } from '../terminal/print-json.ts';
import { printable } from '../terminal/text.ts';

const LOGOUT_MS = 5_000;

export const logout: Command = {
  name: 'logout',
  summary: 'Revoke and forget a login',
  synopsis: ['[--url URL] [--email ADDR]'],
  details: ['Forgets the login also where the gateway cannot be reached; its tokens expire by themselves.'],
  groups: [general(url, emailFlag, json)],
  operands: 'nothing',
  examples: [['logout', 'ends the login at http://localhost:8080']],
  async run(input, program) {
    const { env, clock, signal, stdout } = program;
    const gateway = gatewayUrl(textOf(input, 'url'), env);
    const store = loginStoreOf(program);
    const login = store.find(gateway, textOf(input, 'email'));
    if (!login) throw new NotLoggedInError(`You are not logged in at ${gateway}.`);
    const { transport, close } = program.connect(gateway);
    try {
      const tokens = store.tokensOf(gateway, login.email);
      const session = createSession({ transport, clock, signal, tokens });
      await session.logOut(AbortSignal.any([signal, AbortSignal.timeout(LOGOUT_MS)]));
    } finally {
      await close();
    }
    const { email } = login;
    if (isSet(input, 'json')) await printJson({ url: gateway, email }, stdout);
    else await printText([`Logged out ${printable(email)} at ${gateway}.`], stdout);
    return 0;
  },
};
