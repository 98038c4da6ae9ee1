import type { Program } from '../syntax/command.ts';
import { type Board, createReporter } from './reporter.ts';

/** The reporter of this program. Colours are for terminals, and can be turned off by NO_COLOR (no-color.org). */
export function createStderrReporter(
  { stderr, env, clock }: Pick<Program, 'stderr' | 'env' | 'clock'>,
  quiet: boolean,
): Board {
  const isTTY = stderr.isTTY === true;
  const screen = {
    isTTY,
    color: isTTY && !env.NO_COLOR,
    quiet,
    // Read for each line, because the user may resize the window.
    get columns() {
      return stderr.columns || 80;
    },
    get rows() {
      return (stderr as { rows?: number }).rows || 24;
    },
    write: (text: string) => stderr.write(text),
  };
  return createReporter(screen, clock);
}
