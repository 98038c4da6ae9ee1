import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

/**
 * Loads test files into this process, one after the other, and lets their tests start when all are loaded. Otherwise the
 * tests of one file would run while the next one loads, which may await something, and see its mocked clock.
 * A file that cannot be loaded becomes a failed test; the others run.
 * @param files absolute paths
 */
export async function loadFiles(files: readonly string[]): Promise<void> {
  const loaded = Promise.withResolvers<void>();
  before(() => loaded.promise);
  for (const file of files) {
    await import(pathToFileURL(file).href).catch((error: unknown) => {
      test(file, () => {
        throw error;
      });
    });
  }
  loaded.resolve();
}
