import { join } from 'node:path';
import { pythonReplacement } from '../polyglot/replacement.ts';
import { ensureChromium } from '../support/chromium.ts';
import { loggedWarnings } from '../support/logged-warnings.ts';
import { runTests } from '../support/run-tests.ts';
import {
  describeSystems,
  type RunningSystem,
  startTestSystem,
  type TestSystemOptions,
} from '../support/start-system.ts';
import { FILES_AT_ONCE } from './files-at-once.ts';
import type { StepContext, StepResult } from './step-context.ts';

type Plan = Pick<TestSystemOptions, 'name' | 'choice' | 'commands' | 'appEnv'>;

/** The contract and end-to-end tests run over both systems. */
const SQLITE: Plan = { name: 'sqlite', choice: { blobs: 'sqlite' } };
const MONGODB: Plan = {
  name: 'mongodb',
  choice: { pubsub: 'rabbitmq-quorum', blobs: 'mongodb', mail: 'smtp' },
};
/** The folders of these systems, below the folder of the run. */
export const SYSTEM_FOLDERS = [SQLITE, MONGODB].map(({ name }) => name);

/** Runs the chosen files of `contract`, `e2e` and `polyglot` over the systems that they need, which end with them. */
export async function runSystemTests(context: StepContext): Promise<StepResult> {
  const { parts, files } = context.selection;
  const { runDir, report, signal } = context;
  const plans = parts.has('contract') || parts.has('e2e') ? [SQLITE] : [];
  if (parts.has('polyglot')) plans.push({ ...MONGODB, ...(await pythonReplacement(runDir, report, signal)) });
  else plans.push(MONGODB);
  if (parts.has('e2e')) await ensureChromium(report, signal);
  const chosen = (['contract', 'e2e', 'polyglot'] as const).flatMap((part) => files.get(part) ?? []);
  return runOver(plans, [...new Set(chosen)].toSorted(), context);
}

async function runOver(
  plans: readonly Plan[],
  files: readonly string[],
  { repoRoot, runDir, grepArgs, report, signal }: StepContext,
): Promise<StepResult> {
  const systems: RunningSystem[] = [];
  try {
    // One after the other: two cores start two systems no faster at once.
    for (const plan of plans)
      systems.push(await startTestSystem({ ...plan, repoRoot, runDir, report, signal }));
    const env = describeSystems(systems, runDir);
    report(`${files.length} test files …`);
    const counts = await runTests(files, {
      ...{ cwd: repoRoot, concurrency: FILES_AT_ONCE, args: grepArgs, env, folder: runDir, signal },
    });
    return counts.failed === 0 ? counts : { ...counts, logged: systems.flatMap(warningsOf) };
  } finally {
    report('Stopping what was started …');
    await Promise.all(systems.map((system) => system.stop()));
  }
}

/** What the programs of a system have complained of, for whoever has only the output of the tests. */
const warningsOf = ({ view: { name, stateRoot } }: RunningSystem): string[] =>
  loggedWarnings(join(stateRoot, '.data/logs')).map((warning) => `${name}/${warning}`);
