import { createStopSignal } from '../../shared/runtime/stop-signal.ts';
import { isExpected, messageOf, UsageError } from './errors.ts';

/** The exit code after an interruption: 128 plus the number of SIGINT, by the convention of shells. */
export const INTERRUPTED = 130;

/**
 * Runs the main function of a command, whose signal is aborted by Ctrl-C. Prints an error as one line. Returns the exit code:
 * that of `main`, 1 after an error, 2 where the command line was not understood, or 130 after an interruption.
 */
export async function runCommand(main: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const { env, stderr } = process;
  const signal = createStopSignal('interrupted', () => process.exit(INTERRUPTED));
  try {
    return await main(signal);
  } catch (error) {
    if (signal.aborted) {
      stderr.write('Interrupted.\n');
      return INTERRUPTED;
    }
    stderr.write(`${messageOf(error)}\n`);
    if (!isExpected(error) || env.DEBUG) console.error(error);
    return error instanceof UsageError ? 2 : 1;
  }
}
