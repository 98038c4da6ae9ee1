import { rm } from 'node:fs/promises';
import path from 'node:path';
import { buildImages } from '../../deploy/docker/build-images.ts';
import { type Engine, NoEngine } from '../../deploy/docker/docker-client.ts';
import { openEngine } from '../../deploy/docker/engine.ts';
import { ensureFfmpeg } from '../../deploy/local/tools/tools.ts';
import type { Report } from '../../deploy/process/run.ts';
import { isOver, runId } from '../support/run-id.ts';
import { runTests, type TestCounts } from '../support/run-tests.ts';
import { newStateFolder } from '../support/state-folder.ts';
import { removeLeftovers } from './remove-leftovers.ts';

const TIMEOUT_MS = 45 * 60_000;

export interface SuiteOptions {
  repoRoot: string;
  /** Sends fewer films, cuts cables for a shorter time, and replaces one instance of each service instead of both. */
  short: boolean;
  /** Runs only the tests whose names match this regular expression. */
  grep?: string | undefined;
  report: Report;
  signal: AbortSignal;
}

/** The reason why nothing was tested, or the counts. */
export type Outcome = { skipped: string } | { tests: TestCounts };

/** Builds the images, and runs the tests over containers of their own. All of them are removed afterwards. */
export async function runContainers(options: SuiteOptions): Promise<Outcome> {
  const { repoRoot, report, signal } = options;
  // The tests reach containers at their own addresses, which only Linux can route to.
  if (process.platform !== 'linux')
    return {
      skipped: 'containers cannot be reached at their own addresses on this system; it takes a Linux machine',
    };
  let engine: Engine;
  try {
    engine = await openEngine({ report, signal });
  } catch (error) {
    if (!(error instanceof NoEngine)) throw error;
    return { skipped: error.message };
  }
  try {
    await ensureFfmpeg(report, signal);
    if (!engine.host.startsWith('unix:'))
      return {
        skipped: `the engine is at ${engine.host}, and the tests can reach containers only on this machine`,
      };
    await removeLeftovers(engine, (run) => isOver(run) === true, options);
    await buildImages({ repoRoot, engine, report, signal });
    return { tests: await runTestFile(engine, options) };
  } finally {
    // This must happen after a Ctrl-C, too, so it gets a signal that is never aborted.
    await removeLeftovers(engine, (run) => run === runId(), {
      report,
      signal: new AbortController().signal,
    });
    await engine.stop();
  }
}

async function runTestFile(
  engine: Engine,
  { repoRoot, short, grep, report, signal }: SuiteOptions,
): Promise<TestCounts> {
  const stateDir = await newStateFolder(path.join(repoRoot, '.data', 'containers'), report);
  const tests = await runTests(['test/containers/system.test.ts'], {
    cwd: repoRoot,
    // A test process that is killed leaves its containers, and removeLeftovers() removes them.
    args: ['--test-isolation=none', ...(grep === undefined ? [] : [`--test-name-pattern=${grep}`])],
    killSignal: 'SIGKILL',
    timeoutMs: TIMEOUT_MS,
    env: {
      ...engine.env,
      // Ryuk would be one more image to pull, and removeLeftovers() does its work.
      TESTCONTAINERS_RYUK_DISABLED: 'true',
      // testcontainers would look for Docker's bridge, which a private engine does not have.
      TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1',
      CONTAINERS_REPO: repoRoot,
      CONTAINERS_STATE: stateDir,
      CONTAINERS_RUN: runId(),
      CONTAINERS_LENGTH: short ? 'short' : 'full',
    },
    folder: stateDir,
    signal,
  });
  if (tests.failed === 0) await rm(stateDir, { recursive: true, force: true });
  else report(`Logs of all containers are in ${stateDir}/logs, until the next run`);
  return tests;
}
