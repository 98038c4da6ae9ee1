import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { JobView } from '../../../shared/jobs/job.ts';
import { encodeDocument } from '../../../shared/state/state-store.ts';
import { CommandError } from '../errors.ts';

/**
 * Prints the job as JSON, in one line of printable ASCII: its texts come from users, and must not control a terminal.
 * @throws CommandError where the reader of the standard output has closed it
 */
export async function printJob(job: JobView, stdout: Writable): Promise<void> {
  try {
    await pipeline([`${encodeDocument(job)}\n`], stdout, { end: false });
  } catch (cause) {
    throw new CommandError('The program that reads the standard output has closed it.', { cause });
  }
}
