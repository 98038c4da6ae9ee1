import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodeDocument } from '../../../shared/state/state-store.ts';
import { CommandError } from '../errors.ts';

/**
 * Prints a document, such as a job, as JSON in one line of printable ASCII: its texts come from users, and must not control a
 * terminal.
 * @throws CommandError where the reader of the standard output has closed it
 */
export const printJson = (document: object, stdout: Writable): Promise<void> =>
  printText([encodeDocument(document)], stdout);

/** @throws CommandError as `printJson` does */
export async function printText(lines: readonly string[], stdout: Writable): Promise<void> {
  try {
    await pipeline([lines.map((line) => `${line}\n`).join('')], stdout, { end: false });
  } catch (cause) {
    throw new CommandError('The program that reads the standard output has closed it.', { cause });
  }
}
