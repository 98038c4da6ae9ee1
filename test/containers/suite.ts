import { rm } from 'node:fs/promises';
import path from 'node:path';
import { buildImages } from '../../deploy/docker/build-images.ts';
import { type Engine, NoEngine } from '../../deploy/docker/docker-client.ts';
import { openEngine } from '../../deploy/docker/engine.ts';
import { ensureFfmpeg } from '../../deploy/local/tools/tools.ts';
import type { Report } from '../../deploy/process/run.ts';
import { readProcessId } from '../../services/shared/runtime/process-id.ts';
import { runTests, type TestCounts } from '../support/run-tests.ts';
import { newStateFolder } from '../support/state-folder.ts';
import { clearAway } from './remove-leftovers.ts';

const TIMEOUT_MS = 45 * 60_000;

export interface SuiteOptions {
  repoRoot: string;
  /** Fewer films, shorter cuts, one instance of each service replaced instead of both. */
  short: boolean;
  report: Report;
  signal: AbortSignal;
}

/** Why nothing was tested, or how it went. */
export type Outcome = { skipped: string } | { tests: TestCounts };

/** Builds the images, and runs the tests over containers of their own, of which nothing is left. */
export async function runContainers(options: SuiteOptions): Promise<Outcome> {
  const { repoRoot, report, signal } = options;
  // The tests call containers by their addresses.
  if (process.platform !== 'linux')
    return { skipped: 'containers have no addresses of their own on this system; a Linux machine is needed' };
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
      return { skipped: `the engine is at ${engine.host}, and containers are reached on this machine only` };
    await clearAway(engine, (run) => run === process.pid || readProcessId(run) === undefined, options);
    await buildImages({ repoRoot, engine, report, signal });
    return { tests: await runHere(engine, options) };
  } finally {
    // Whatever has happened, a Ctrl-C too.
    await clearAway(engine, (run) => run === process.pid, { report, signal: new AbortController().signal });
    await engine.stop();
  }
}

async function runHere(
  engine: Engine,
  { repoRoot, short, report, signal }: SuiteOptions,
): Promise<TestCounts> {
  const stateDir = await newStateFolder(path.join(repoRoot, '.data', 'containers'), report);
  const tests = await runTests(['test/containers/system.test.ts'], {
    cwd: repoRoot,
    // What it has to clear away, we do.
    args: ['--test-isolation=none'],
    killSignal: 'SIGKILL',
    timeoutMs: TIMEOUT_MS,
    env: {
      ...engine.env,
      // It would be one more image to pull; we clear away ourselves.
      TESTCONTAINERS_RYUK_DISABLED: 'true',
      // It would look for a bridge, which a private engine has not.
      TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1',
      CONTAINERS_REPO: repoRoot,
      CONTAINERS_STATE: stateDir,
      CONTAINERS_RUN: String(process.pid),
      CONTAINERS_LENGTH: short ? 'short' : 'full',
    },
    folder: stateDir,
    signal,
  });
  if (tests.failed === 0) await rm(stateDir, { recursive: true, force: true });
  else report(`Logs of all containers are in ${stateDir}/logs, until the next run`);
  return tests;
}
