import { findGo } from '../../deploy/local/tools/go.ts';
import { ensureConfinedFfmpeg, ensureTools } from '../../deploy/local/tools/tools.ts';
import { ensureChromium } from '../support/chromium.ts';
import { runTests } from '../support/run-tests.ts';
import { writeEntries } from './entries.ts';
import { FILES_AT_ONCE } from './files-at-once.ts';
import type { StepContext, StepResult } from './step-context.ts';

/** Tests that start servers and sidecars. */
const STARTS_SERVERS = /integration\/deploy\/local\/(servers|system)\//;
const SERVERS = new Set(['rabbitmq', 'redis', 'mongodb', 'postgresql', 'mysql'] as const);
/** Tests that need the page and a browser. Those of a process share one build of the page, one browser and their films. */
const OPENS_PAGES = /integration\/gateway\/page\//;
const PAGE_PROCESSES = 3;

/** Runs tests that start programs of their own, but no system. */
export async function runProcessTests(context: StepContext): Promise<StepResult> {
  const { selection, repoRoot, runDir, grepArgs, report, signal } = context;
  if (selection.parts.has('integration')) await ensureConfinedFfmpeg(repoRoot, report, signal);
  const files = (['integration', 'tilt'] as const).flatMap((part) => selection.files.get(part) ?? []);
  const pages = files.filter((file) => OPENS_PAGES.test(file));
  if (files.some((file) => STARTS_SERVERS.test(file)))
    await prepare(context, 'start servers', ensureTools({ repoRoot, needed: SERVERS, report, signal }));
  if (pages.length > 0) await prepare(context, 'open the page', ensureChromium(report, signal));
  // What takes longest comes first, so that no process works alone in the end.
  const entries = writeEntries(pages, { repoRoot, folder: runDir, name: 'page', processes: PAGE_PROCESSES });
  const counts = await runTests([...entries, ...files.filter((file) => !pages.includes(file))], {
    ...{ cwd: repoRoot, concurrency: FILES_AT_ONCE, args: grepArgs, env: {}, folder: runDir, signal },
  });
  if (findGo() !== undefined) return counts;
  return { ...counts, notTested: 'Go is missing, which builds the Starlark interpreter and actionlint' };
}

/**
 * Waits until programs that some tests need are installed. That takes longer than a test may. Where an installation fails, these
 * tests fail and the others run.
 */
async function prepare(
  { report, signal }: StepContext,
  which: string,
  installed: Promise<unknown>,
): Promise<void> {
  await installed.catch((error: Error) => {
    signal.throwIfAborted();
    report(`Tests that ${which} will fail. ${error.message}`);
  });
}
