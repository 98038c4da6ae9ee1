import type { Session } from '../../client/session/session.ts';
import { gatewayUrl } from '../gateway-url.ts';
import type { Program } from '../syntax/command.ts';
import { type Input, textOf } from '../syntax/flags.ts';
import { signIn } from './sign-in.ts';

/** Logs in with the account that the command line names, does the work, and closes the connections. Creates no account. */
export async function withSession<T>(
  input: Input,
  program: Program,
  work: (session: Session, email: string | undefined) => Promise<T>,
): Promise<T> {
  const { transport, close } = program.connect(gatewayUrl(textOf(input, 'url'), program.env));
  try {
    const wanted = { email: textOf(input, 'email'), mayCreate: false };
    const print = (line: string) => program.stderr.write(`${line}\n`);
    const { session, email, close: logOut } = await signIn(transport, wanted, program, print);
    try {
      return await work(session, email);
    } finally {
      await logOut();
    }
  } finally {
    await close();
  }
}
