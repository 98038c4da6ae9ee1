import { statSync } from 'node:fs';
import path from 'node:path';
import {
  exitCodeOf,
  isExpected,
  messageOf,
  OutputClosedError,
  toErrorDocument,
  UsageError,
} from './errors.ts';
import { INTERRUPTED } from './run-command.ts';
import { type Command, flagsOf, type Program } from './syntax/command.ts';
import { isSet, parseInput } from './syntax/flags.ts';
import { helpOf, overview } from './syntax/help-text.ts';
import { suggestion } from './syntax/suggestion.ts';
import { printJson, printText } from './terminal/print-json.ts';
import { shellWord } from './terminal/text.ts';

/**
 * Carries out one command line and reports its errors: to people on the standard error, and with `--json` to programs on the
 * standard output. Returns the exit code.
 * @param args the words after the name of the program
 */
export async function dispatch(args: readonly string[], program: Omit<Program, 'args'>): Promise<number> {
  const [name = '', ...rest] = args;
  try {
    const inner = { ...program, args: rest };
    if (name === '' || ['-h', '--help'].includes(name)) return await show(overview(inner), inner);
    if (name === '--version') return await show(program.version, inner);
    return await runCommandLine(commandNamed(name, rest, inner), inner);
  } catch (error) {
    return report(error, args, program);
  }
}

async function runCommandLine(command: Command, program: Program): Promise<number> {
  const { args } = program;
  const flags = flagsOf(command);
  const words = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length);
  // Help is given although the rest is wrong, because then it is needed most.
  if (words.includes('--help') || words.includes('-h')) return show(helpOf(command, program), program);
  const input = parseInput(args, flags);
  if (isSet(input, 'help')) return show(helpOf(command, program), program);
  if (isSet(input, 'version')) return show(program.version, program);
  return command.run(input, program);
}

/** @throws UsageError that says what may have been meant */
function commandNamed(name: string, rest: readonly string[], program: Program): Command {
  const { commands, invocationOf, cwd } = program;
  const found = commands.find((command) => command.name === name);
  if (found) return found;
  const call = (...words: string[]) => words.map(shellWord).join(' ');
  if (name.startsWith('-')) {
    throw new UsageError(`The command comes first, and its options after it. See ${invocationOf('help')}`);
  }
  const nearest = suggestion(
    name,
    commands.map((command) => command.name),
  );
  if (nearest !== undefined) {
    throw new UsageError(
      `There is no command ${call(name)}. Do you mean: ${invocationOf(nearest)} ${call(...rest)}`.trimEnd(),
    );
  }
  const isFile = statSync(path.resolve(cwd, name), { throwIfNoEntry: false }) !== undefined;
  throw new UsageError(
    isFile
      ? `There is no command ${call(name)}. To convert it: ${invocationOf('convert')} ${call(name, ...rest)}`
      : `There is no command ${call(name)}. See ${invocationOf('help')}`,
  );
}

async function show(text: string, { stdout }: Pick<Program, 'stdout'>): Promise<number> {
  await printText([text.replace(/\n$/, '')], stdout);
  return 0;
}

async function report(
  error: unknown,
  args: readonly string[],
  { signal, stdout, stderr, env }: Omit<Program, 'args'>,
): Promise<number> {
  if (signal.aborted) {
    stderr.write('Interrupted.\n');
    return INTERRUPTED;
  }
  if (error instanceof OutputClosedError) return 1;
  stderr.write(`${messageOf(error)}\n`);
  if (!isExpected(error) || env.DEBUG) console.error(error);
  if (args.includes('--json')) await printJson(toErrorDocument(error), stdout).catch(() => undefined);
  return exitCodeOf(error);
}
