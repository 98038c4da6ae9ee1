import { createStopSignal } from '../../shared/runtime/stop-signal.ts';

/** The exit code after an interruption: 128 plus the number of SIGINT, by the convention of shells. */
export const INTERRUPTED = 130;

/** npm passes Ctrl-C on, so that it arrives twice. This is longer than that takes, and shorter than a person needs. */
const REPETITION_MS = 400;

/** Runs the main function of the program, whose signal is aborted by Ctrl-C. A second Ctrl-C ends the program at once. */
export function runCommand(main: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const end = () => {
    process.stderr.write('\n');
    process.exit(INTERRUPTED);
  };
  return main(createStopSignal('interrupted', end, REPETITION_MS));
}
