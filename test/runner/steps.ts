import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { ensureConfinedFfmpeg } from '../../deploy/local/tools/tools.ts';
import { runQuickBench } from '../bench/quick.ts';
import { runSuite } from '../chaos/suite.ts';
import { runContainers } from '../containers/suite.ts';
import { runShortCorpus } from '../hostile/suite.ts';
import { runMatrix } from '../matrix/matrix.ts';
import { counted, NONE, type TestCounts } from '../support/run-tests.ts';
import { runProcessTests } from './process-tests.ts';
import type { Part } from './select-files.ts';
import type { StepContext, StepResult } from './step-context.ts';
import { runSystemTests } from './system-tests.ts';
import { runUnitTests } from './unit-tests.ts';

export interface Step {
  name: string;
  /** Runs when one of these parts is chosen. */
  parts: readonly Part[];
  /** Steps of the same group run at the same time. */
  group?: string;
  run(context: StepContext): Promise<StepResult>;
}

const CHAOS_MINUTES = 1.1;
/** The same files in each run, so that a fault comes from a change. `npm run test:hostile` has a new seed each time. */
const HOSTILE_SEED = 7;
/** With these cells and the systems of the end-to-end tests, each choice runs once. `npm run test:matrix` runs all pairs. */
export const CELLS = [
  { pubsub: 'redis', blobs: 'postgresql' },
  { pubsub: 'jetstream', blobs: 'redis' },
];

/** The group of the steps that use only a third of two cores: they wait for programs to start, and for stored values to expire. */
const MOSTLY_WAITING = 'mostly waiting';

/**
 * What `npm test` runs, in this order. Only the steps of a group run at the same time. If there were more, a process could wait for a
 * core for so long that the others believe that it is dead.
 */
const STEPS: readonly Step[] = [
  { name: 'type check', parts: ['check'], run: (context) => runTool(context, 'tsc', ['--noEmit']) },
  {
    name: 'type check of the page',
    parts: ['check'],
    run: (context) => runTool(context, 'tsc', ['--noEmit', '--project', 'services/gateway/page/app']),
  },
  {
    name: 'type check of the service worker',
    parts: ['check'],
    run: (context) => runTool(context, 'tsc', ['--noEmit', '--project', 'services/gateway/page/app/worker']),
  },
  { name: 'lint', parts: ['check'], run: (context) => runTool(context, 'biome', ['check', '.']) },
  {
    name: 'unit',
    parts: ['unit'],
    run: ({ selection, repoRoot, runDir, grepArgs, signal }) => {
      const files = selection.files.get('unit') ?? [];
      return runUnitTests(files, { repoRoot, folder: runDir, args: grepArgs, signal });
    },
  },
  { name: 'integration', parts: ['integration', 'tilt'], run: runProcessTests },
  { name: 'system tests', parts: ['contract', 'e2e', 'polyglot'], run: runSystemTests },
  {
    name: 'hostile',
    parts: ['hostile'],
    run: async ({ repoRoot, report, signal }) => {
      await ensureConfinedFfmpeg(repoRoot, report, signal);
      return runShortCorpus({ seed: HOSTILE_SEED, report, signal });
    },
  },
  {
    name: 'matrix',
    parts: ['matrix'],
    group: MOSTLY_WAITING,
    run: ({ repoRoot, report, signal }) => runMatrix(CELLS, { repoRoot, short: true, report, signal }),
  },
  {
    name: 'chaos',
    parts: ['chaos'],
    group: MOSTLY_WAITING,
    run: async ({ report, signal }) => {
      const options = { minutes: CHAOS_MINUTES, seed: randomInt(1_000_000), scenarios: false };
      return counted(await runSuite({ ...options, blobs: 'mongodb', report, signal }));
    },
  },
  { name: 'bench', parts: ['bench'], run: ({ report, signal }) => runQuickBench(report, signal) },
  {
    name: 'containers',
    parts: ['containers'],
    run: async ({ repoRoot, report, signal }) => {
      const outcome = await runContainers({ repoRoot, short: true, report, signal });
      return 'tests' in outcome ? outcome.tests : { ...NONE, notTested: outcome.skipped };
    },
  },
];

/** The steps that these parts need, in their order. Those of one group run at the same time. */
export function stepGroups(parts: ReadonlySet<Part>): Step[][] {
  const steps = STEPS.filter((step) => step.parts.some((part) => parts.has(part)));
  return [...Map.groupBy(steps, ({ group, name }) => group ?? name).values()];
}

/** Runs a program of node_modules with our terminal. */
async function runTool(
  { repoRoot, signal }: StepContext,
  name: string,
  args: readonly string[],
): Promise<TestCounts> {
  const program = join(repoRoot, 'node_modules/.bin', name);
  const child = spawn(program, args, { cwd: repoRoot, stdio: 'inherit', signal });
  const [code] = (await once(child, 'exit')) as [number | null];
  return counted(code === 0);
}
