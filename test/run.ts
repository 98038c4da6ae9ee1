import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { globSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { engineHome } from '../deploy/docker/engine.ts';
import { report, runMain, stopSignal } from '../deploy/process/terminal.ts';
import { chaosDir } from './chaos/experiment.ts';
import { runSuite } from './chaos/suite.ts';
import { runContainers } from './containers/suite.ts';
import { cellFolder } from './matrix/cell.ts';
import { matrixDir, runMatrix } from './matrix/matrix.ts';
import { pythonInTheSeat } from './polyglot/replacement.ts';
import { findGo } from './support/build-go.ts';
import { counted, NONE, runTests, sum, type TestCounts } from './support/run-tests.ts';
import {
  describeSystems,
  type RunningSystem,
  startTestSystem,
  type TestSystemOptions,
} from './support/start-system.ts';
import { newStateFolder, stateFolder } from './support/state-folder.ts';

const usage = `npm test -- [check] [unit] [tilt] [contract] [e2e] [polyglot] [matrix] [chaos] [containers]

Installs what is missing and runs everything, or only the named parts: type check and lint, unit tests without a
port or process, tilt/Tiltfile by a Starlark interpreter (which Go builds), contract tests, and end-to-end tests over
systems of their own (each with its RabbitMQ, MariaDB, sidecars, mail sink; one keeps blobs in sqlite, the other in
MongoDB, and has a notification service in Python: test/polyglot), some cells of npm run test:matrix, so that each
choice of infrastructure is met once, about a minute of npm run test:chaos, which kills everything, and the short form
of npm run test:containers, where a Docker engine can be had. Can run beside npm start.
`;

const PARTS = ['check', 'unit', 'tilt', 'contract', 'e2e', 'polyglot', 'matrix', 'chaos', 'containers'];
/** What is run over the system with another notification service, even if the other end-to-end tests are not. */
const TOLD_BY_MAIL = ['access', 'events', 'lifecycle', 'conversion'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
const CHAOS_MINUTES = 1.1;
/** The contract and end-to-end tests run over both. */
const SQLITE = { name: 'sqlite', choice: { blobs: 'sqlite' } };
const MONGODB = { name: 'mongodb', choice: { pubsub: 'rabbitmq-quorum', blobs: 'mongodb', mail: 'smtp' } };
/** Together with the systems above, each choice once; npm run test:matrix has them all. */
const CELLS = [
  { pubsub: 'redis', blobs: 'postgresql' },
  { pubsub: 'jetstream', blobs: 'redis' },
];
const repoRoot = resolve(import.meta.dirname, '..');
const testDir = join(repoRoot, '.data', 'test');
const runDir = stateFolder(testDir);
const bin = (name: string) => join(repoRoot, 'node_modules/.bin', name);

/** Runs a program with our terminal; tells whether it succeeded. */
async function succeeds(command: string, args: string[], signal: AbortSignal): Promise<boolean> {
  const child = spawn(command, args, {
    cwd: repoRoot,
    stdio: 'inherit',
    signal,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

const filesOf = (part: string) => globSync(`test/${part}/**/*.test.ts`, { cwd: repoRoot });

type Plan = Pick<TestSystemOptions, 'name' | 'choice' | 'commands' | 'appEnv'>;

/** Runs test files over systems that live as long as these. */
async function runOver(plans: readonly Plan[], files: string[], signal: AbortSignal): Promise<TestCounts> {
  const systems: RunningSystem[] = [];
  try {
    // One after the other: two cores start two systems no faster at once.
    for (const plan of plans)
      systems.push(await startTestSystem({ ...plan, repoRoot, runDir, report, signal }));
    const env = describeSystems(systems, runDir);
    report(`${files.length} test files …`);
    return await runTests(files.toSorted(), { cwd: repoRoot, concurrency: 2, env, folder: runDir, signal });
  } finally {
    report('Stopping what was started …');
    await Promise.all(systems.map((system) => system.stop()));
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(usage);
  const unknown = positionals.find((part) => !PARTS.includes(part));
  if (unknown) throw new Error(`there is no part ${unknown}\n\n${usage}`);
  const parts = positionals.length > 0 ? positionals : PARTS;
  const has = (part: string): boolean => parts.includes(part);
  const failed: string[] = [];
  let total = NONE;
  /** One that breaks off counts as one failed; the others are run all the same. */
  const runPart = async (name: string, work: () => Promise<TestCounts>): Promise<void> => {
    const counts = await work().catch((error: Error) => {
      signal.throwIfAborted();
      report(`${name}: ${error.message}`);
      return counted(false);
    });
    total = sum(total, counts);
    if (counts.failed > 0) failed.push(name);
  };

  if (has('check')) {
    report('Type check and lint …');
    await runPart('type check', async () => counted(await succeeds(bin('tsc'), ['--noEmit'], signal)));
    await runPart('lint', async () => counted(await succeeds(bin('biome'), ['check', '.'], signal)));
  }

  await newStateFolder(testDir, report);
  const files = ['unit', 'tilt', 'contract', 'e2e', 'polyglot'].filter(has).flatMap(filesOf);
  if (has('polyglot') && !has('e2e')) files.push(...TOLD_BY_MAIL);
  if (files.length > 0) {
    await runPart('tests', async () => {
      const plans: Plan[] = has('contract') || has('e2e') ? [SQLITE] : [];
      if (has('polyglot')) plans.push({ ...MONGODB, ...(await pythonInTheSeat(runDir, report, signal)) });
      else if (plans.length > 0) plans.push(MONGODB);
      return runOver(plans, files, signal);
    });
  }
  if (failed.length === 0) rmSync(runDir, { recursive: true, force: true });
  else report(`Logs are in ${runDir}, until the next run`);
  // Alone, from here on: what waits for a processor for long looks dead to the others.
  if (has('matrix')) {
    await runPart('matrix', () => runMatrix(CELLS, { repoRoot, short: true, report, signal }));
  }
  if (has('chaos')) {
    const options = { minutes: CHAOS_MINUTES, seed: randomInt(1_000_000), scenarios: false, report, signal };
    await runPart('chaos', async () => counted(await runSuite({ ...options, blobs: 'mongodb' })));
  }
  const notTested: string[] = [];
  if (has('tilt') && findGo() === undefined)
    notTested.push('tilt: Go is missing, which builds the interpreter');
  if (has('containers')) {
    await runPart('containers', async () => {
      const outcome = await runContainers({ repoRoot, short: true, report, signal });
      if ('tests' in outcome) return outcome.tests;
      notTested.push(`containers: ${outcome.skipped}`);
      return NONE;
    });
  }
  for (const line of notTested) report(`NOT TESTED: ${line}`);
  if (process.env.CI && notTested.length > 0) failed.push('what was not tested, for CI is set');
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
}

const folders = [
  ...[SQLITE, MONGODB].map(({ name }) => join(runDir, name)),
  ...CELLS.map((cell) => cellFolder(stateFolder(matrixDir), cell)),
  stateFolder(chaosDir),
];
const signal = stopSignal(...folders.map((folder) => join(folder, '.data')), engineHome());
await runMain(() => main(signal), signal);
