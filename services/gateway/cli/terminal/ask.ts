import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError } from '../errors.ts';
import type { Program } from '../syntax/command.ts';
import { printable } from './text.ts';

export type AskPorts = Pick<Program, 'stdin' | 'stderr'>;

/** Asks for a password on the terminal, without showing what is typed. */
export async function askPassword(email: string, ports: AskPorts, signal: AbortSignal): Promise<string> {
  if (!ports.stdin.isTTY)
    throw new CommandError(`There is no terminal to ask for the password of ${email}: set MP3_PASSWORD.`);
  const password = await ask(`Password of ${printable(email)}: `, { ...ports, isHidden: true }, signal);
  if (password === undefined) throw new CommandError('No password was given.');
  return password;
}

/** Asks for the address of an account. */
export async function askEmail(ports: AskPorts, signal: AbortSignal): Promise<string> {
  if (!ports.stdin.isTTY)
    throw new CommandError('There is no terminal to ask for the address: give --email, or set MP3_EMAIL.');
  const email = (await ask('E-mail: ', { ...ports, isHidden: false }, signal))?.trim();
  if (!email) throw new CommandError('No address was given.');
  return email;
}

/**
 * Asks for a code of a second factor. It is shown while it is typed, because it works once. The caller makes sure that there is a
 * terminal.
 */
export async function askCode(ports: AskPorts, signal: AbortSignal): Promise<string> {
  const question = 'Code of your authenticator app, or a recovery code: ';
  const code = (await ask(question, { ...ports, isHidden: false }, signal))?.trim();
  if (!code) throw new CommandError('No code was given.');
  return code;
}

/** Asks a question whose answer is yes or no. Any other answer is no. */
export async function confirm(question: string, ports: AskPorts, signal: AbortSignal): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `, { ...ports, isHidden: false }, signal);
  return /^(y|yes)$/i.test(answer?.trim() ?? '');
}

/** Undefined where the terminal was closed instead. */
async function ask(
  question: string,
  { stdin, stderr, isHidden }: AskPorts & { isHidden: boolean },
  signal: AbortSignal,
): Promise<string | undefined> {
  // A stream that has ended emits nothing more, so the question would wait for ever.
  if (stdin.readableEnded || stdin.destroyed) return undefined;
  const closed = new AbortController();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = isHidden ? nowhere : stderr;
  const lines = createInterface({ input: stdin, output, terminal: true, historySize: 0 });
  // In raw mode the terminal delivers Ctrl-C as a character. `process.kill` would end the program at once on Windows.
  lines.on('SIGINT', () => void process.emit('SIGINT', 'SIGINT'));
  lines.once('close', () => closed.abort());
  if (isHidden) stderr.write(question);
  try {
    return await lines.question(isHidden ? '' : question, {
      signal: AbortSignal.any([signal, closed.signal]),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!closed.signal.aborted) throw error;
    return undefined;
  } finally {
    lines.close();
    // The line break that was typed is not shown with the password.
    if (isHidden || closed.signal.aborted) stderr.write('\n');
  }
}
