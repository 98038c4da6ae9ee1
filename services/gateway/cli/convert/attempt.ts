import { UnreachableError } from '../../client/http/errors.ts';
import { messageOf, NotLoggedInError, OutputClosedError } from '../errors.ts';
import type { Reporter } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';

/** Failures that every other file would share. */
const ENDS_ALL = [UnreachableError, NotLoggedInError, OutputClosedError];

export interface AttemptPorts {
  signal: AbortSignal;
  reporter: Reporter;
  /** Called with a failure after it was reported. */
  onFailure?: (error: unknown) => Promise<void>;
}

/**
 * Reports a failure and returns false, so that the failure of one file does not end the others. An interruption, a gateway that
 * cannot be reached, and a login that has expired end all of them.
 */
export async function attempt(
  name: string,
  { signal, reporter, onFailure }: AttemptPorts,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (signal.aborted || ENDS_ALL.some((kind) => error instanceof kind)) throw error;
    reporter.error(`${printable(name)}: ${messageOf(error)}`);
    await onFailure?.(error);
    return false;
  }
}
