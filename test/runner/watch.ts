import { once } from 'node:events';
import { join } from 'node:path';
import { report } from '../../deploy/process/terminal.ts';
import { watchFolder } from '../../deploy/process/watch-folder.ts';
import { newStateFolder } from '../support/state-folder.ts';
import type { Selection } from './command-line.ts';
import { runUnitTests } from './unit-tests.ts';

/** The folders that hold the unit tests and the code that they test. */
const FOLDERS = ['components', 'deploy', 'services', 'test', 'tilt'];

/**
 * Runs the chosen unit tests, and again after each save, until the signal is aborted. Not by `node --test --watch`: it
 * runs without end once an editor has saved a file by renaming another one over it (Node 24.21).
 */
export async function watchUnitTests(
  { files, grep }: Selection,
  { repoRoot, signal }: { repoRoot: string; signal: AbortSignal },
): Promise<void> {
  const folder = await newStateFolder(join(repoRoot, '.data', 'test'), report);
  const args = grep === undefined ? [] : [`--test-name-pattern=${grep}`];
  let saved = Promise.withResolvers<void>();
  for (const name of FOLDERS) watchFolder(join(repoRoot, name), { onSave: () => saved.resolve(), signal });
  const aborted = once(signal, 'abort');
  while (!signal.aborted) {
    // This comes before the run, so that a file which is saved during the run leads to another run.
    saved = Promise.withResolvers<void>();
    const { passed, failed } = await runUnitTests(files.get('unit') ?? [], {
      repoRoot,
      folder,
      args,
      signal,
    });
    report(`${passed} passed, ${failed} failed; waiting for a saved file, or Ctrl-C …`);
    await Promise.race([saved.promise, aborted]);
  }
}
