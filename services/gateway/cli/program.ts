import { clock } from '../client/http/clock.ts';
import { commands } from './commands/table.ts';
import { connect } from './connect.ts';
import { dispatch } from './dispatch.ts';
import { runCommand } from './run-command.ts';
import type { Program } from './syntax/command.ts';
import { isBundled, version } from './version.ts';

/** Runs this process as the program. `args` are the words after its name. Sets the exit code. */
export async function runProgram(
  args: readonly string[],
  invocationOf: Program['invocationOf'],
): Promise<void> {
  const { env, stdin, stdout, stderr } = process;
  // In a checkout, npm and the bootstrap change to the project's folder. The caller's folder is then in INIT_CWD.
  const cwd = (!isBundled() && env.INIT_CWD) || process.cwd();
  const streams = { stdin, stdout, stderr };
  const outside = { commands, version: version(), invocationOf, env, cwd, ...streams, clock, connect };
  // Who writes gets the error by a callback. Without a listener, it would end the program with a stack trace.
  stdout.on('error', () => undefined);
  // process.exit() would cut off what is still being written to the standard output.
  process.exitCode = await runCommand((signal) => dispatch(args, { ...outside, signal }));
}
