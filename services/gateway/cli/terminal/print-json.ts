import type { Writable } from 'node:stream';
import { encodeDocument } from '../../../shared/state/state-store.ts';
import { OutputClosedError } from '../errors.ts';

/**
 * Prints a document, such as a job, as JSON in one line of printable ASCII: its texts come from users, and must not control a
 * terminal.
 * @throws OutputClosedError where the reader of the standard output has closed it
 */
export const printJson = (document: object, stdout: Writable): Promise<void> =>
  printText([encodeDocument(document)], stdout);

/** @throws OutputClosedError as `printJson` does */
export async function printText(lines: readonly string[], stdout: Writable): Promise<void> {
  const text = lines.map((line) => `${line}\n`).join('');
  // Several lines may be written at the same time. A pipeline for each would add listeners to the one stream.
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stdout.write(text, (cause) => {
    if (!cause) return resolve();
    reject(new OutputClosedError('The program that reads the standard output has closed it.', { cause }));
  });
  await promise;
}
