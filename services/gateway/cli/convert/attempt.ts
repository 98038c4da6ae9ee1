import { UnreachableError } from '../../client/http/errors.ts';
import { messageOf } from '../errors.ts';
import type { Reporter } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';

/**
 * Reports a failure and returns false, so that the failure of one file does not end the others. An interruption, and a
 * gateway that cannot be reached, end all of them.
 */
export async function attempt(
  name: string,
  { signal, reporter }: { signal: AbortSignal; reporter: Reporter },
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (signal.aborted || error instanceof UnreachableError) throw error;
    reporter.error(`${printable(name)}: ${messageOf(error)}`);
    return false;
  }
}
