import path from 'node:path';
import { type SignedIn, signIn } from '../account/sign-in.ts';
import { stateFolder } from '../files/state-folder.ts';
import type { Target } from '../files/target.ts';
import { createFileUploads } from '../files/upload-store.ts';
import { INTERRUPTED } from '../run-command.ts';
import type { Program } from '../syntax/command.ts';
import { createStderrReporter } from '../terminal/stderr-reporter.ts';
import { shellWord } from '../terminal/text.ts';
import type { Conversion } from './command-line.ts';
import { type ConvertPorts, convertAll } from './convert-all.ts';
import { fetchLaterCommands } from './fetch-later-command.ts';
import { createJournal } from './journal.ts';

/** A longer list of jobs would push everything else off the screen. */
const MAX_LISTED = 3;

/** Does the work of a command, and returns the number of files that failed. */
export type ConversionWork = (command: Conversion, ports: ConvertPorts) => Promise<number>;

interface Mode {
  work: ConversionWork;
  /** Whether an account is made where there is none. */
  mayCreate: boolean;
}

/**
 * Runs `convert`, `probe` or `download` with the real ports. After an interruption it says how to go on. Returns the exit code.
 * @param name of the command, as the person has called it
 */
export async function runConversion(
  name: string,
  command: Conversion,
  program: Program,
  { work, mayCreate }: Mode = { work: convertAll, mayCreate: command.job === undefined },
): Promise<number> {
  const { env, signal, stderr, stdout, clock, cwd } = program;
  const reporter = createStderrReporter(program, command.quiet);
  const { transport, close } = program.connect(command.url);
  const pending = new Map<string, Target>();
  let signedIn: SignedIn | undefined;
  const openSession = async () => {
    const wanted = { email: command.email, mayCreate };
    signedIn = await signIn(transport, wanted, program, reporter.info);
    return signedIn.session;
  };
  try {
    const journal = createJournal(path.join(stateFolder(env), 'conversions'));
    const uploads = createFileUploads(path.join(stateFolder(env), 'uploads'));
    const ports = { openSession, clock, reporter, stdout, pending, signal, cwd, journal, uploads };
    const failures = await work(command, { ...ports, stdoutIsTerminal: stdout.isTTY === true });
    return failures === 0 ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    reporter.settle();
    stderr.write(`Interrupted${pending.size > 0 ? '' : '; nothing is left to fetch'}.\n`);
    if (mayCreate && !command.probe) stderr.write(howToGoOn(name, program));
    return INTERRUPTED;
  } finally {
    reporter.settle();
    const from = { url: command.url, email: signedIn?.email ?? command.email };
    const fetchWords = `${program.invocationOf('download')}`;
    if (pending.size <= MAX_LISTED)
      for (const line of fetchLaterCommands(pending, from, fetchWords)) stderr.write(`${line}\n`);
    else stderr.write(`${pending.size} jobs go on at the server, which mails a link when each is done.\n`);
    await signedIn?.close();
    await close();
  }
}

const howToGoOn = (name: string, { invocationOf, args }: Program): string =>
  `The same command goes on where this one has stopped:\n  ${[invocationOf(name), ...args.map(shellWord)].join(' ')}\n`;
