import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError } from '../errors.ts';
import { printable } from './text.ts';

/** Asks for a password on the terminal, without showing what is typed. */
export async function askPassword(email: string, signal: AbortSignal): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY)
    throw new CommandError(`There is no terminal to ask for the password of ${email}: set MP3_PASSWORD.`);
  const closed = new AbortController();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  // In raw mode the terminal delivers Ctrl-C as a character and not as a signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  lines.once('close', () => closed.abort());
  stderr.write(`Password of ${printable(email)}: `);
  try {
    return await lines.question('', { signal: AbortSignal.any([signal, closed.signal]) });
  } catch (cause) {
    signal.throwIfAborted();
    throw new CommandError('No password was given.', { cause });
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
