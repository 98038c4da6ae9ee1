import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { engineHome } from '../deploy/docker/docker-client.ts';
import { report, runMain, stopSignal } from '../deploy/process/terminal.ts';
import { benchDir } from './bench/suite.ts';
import { chaosDir } from './chaos/experiment.ts';
import { cellFolder } from './matrix/cell.ts';
import { matrixDir } from './matrix/matrix.ts';
import { readCommandLine, type Selection, usage } from './runner/command-line.ts';
import { slowestFiles } from './runner/slowest-files.ts';
import { requireTestSpace } from './runner/space.ts';
import type { StepContext, StepResult } from './runner/step-context.ts';
import { CELLS, type Step, stepGroups } from './runner/steps.ts';
import { SYSTEM_FOLDERS } from './runner/system-tests.ts';
import { useOwnTemporaryFolder } from './runner/temporary-files.ts';
import { watchUnitTests } from './runner/watch.ts';
import { removeUnusedFilms } from './support/kept-films.ts';
import { counted, NONE, sum, type TestCounts } from './support/run-tests.ts';
import { newStateFolder, stateFolder } from './support/state-folder.ts';

const repoRoot = resolve(import.meta.dirname, '..');
const testDir = join(repoRoot, '.data', 'test');

/** A step with its result and its seconds. */
interface Finished {
  name: string;
  result: StepResult;
  seconds: number;
}

/** Runs a step. One that breaks off counts as one failed test. */
async function runStep(step: Step, context: StepContext): Promise<Finished> {
  report(`${step.name} …`);
  const startedAt = performance.now();
  const result: StepResult = await step.run(context).catch((error: Error) => {
    context.signal.throwIfAborted();
    report(`${step.name}: ${error.message}`);
    return counted(false);
  });
  return { name: step.name, result, seconds: (performance.now() - startedAt) / 1000 };
}

/** Runs steps at the same time. After an abort, it still waits until all of them have cleaned up. */
async function runGroup(steps: readonly Step[], context: StepContext): Promise<Finished[]> {
  const running = steps.map((step) => runStep(step, context));
  await Promise.allSettled(running);
  return Promise.all(running);
}

/** Runs the groups of steps that the selection needs, one after the other. A step that fails does not end the run. */
async function runSteps(selection: Selection, signal: AbortSignal): Promise<void> {
  const runDir = await newStateFolder(testDir, report);
  removeUnusedFilms();
  requireTestSpace(selection.parts, { repoRoot, runDir });
  const grepArgs = selection.grep === undefined ? [] : [`--test-name-pattern=${selection.grep}`];
  const context: StepContext = { selection, repoRoot, runDir, grepArgs, report, signal };
  const finished: Finished[] = [];
  for (const steps of stepGroups(selection.parts)) finished.push(...(await runGroup(steps, context)));
  const isGood = finished.every(({ result }) => result.failed === 0);
  if (isGood) rmSync(runDir, { recursive: true, force: true });
  else report(`Logs are in ${runDir}, until the next run`);
  summarise(finished);
}

/** Prints what took long, what failed and how many tests passed. Throws if a step failed. */
function summarise(finished: readonly Finished[]): void {
  const slowestFirst = finished.toSorted((a, b) => b.seconds - a.seconds);
  report(`Took: ${slowestFirst.map(({ name, seconds }) => `${name} ${seconds.toFixed(0)} s`).join(', ')}`);
  const total = finished.map(({ result }) => result as TestCounts).reduce(sum, NONE);
  const slowest = slowestFiles(total.fileSeconds);
  if (slowest.length > 1) report(`Slowest files: ${slowest.join(', ')}`);
  for (const { name, result } of finished)
    for (const failure of result.failures ?? []) report(`FAILED: ${name}: ${failure}`);
  for (const { name, result } of finished)
    for (const warning of result.logged ?? []) report(`LOGGED: ${name}: ${warning}`);
  const failed = finished.filter(({ result }) => result.failed > 0).map(({ name }) => name);
  const notTested = finished.filter(({ result }) => result.notTested !== undefined);
  for (const { name, result } of notTested) report(`NOT TESTED: ${name}: ${result.notTested}`);
  if (process.env.CI && notTested.length > 0) failed.push('what was not tested, for CI is set');
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
}

const runDir = stateFolder(testDir);
const folders = [
  ...SYSTEM_FOLDERS.map((name) => join(runDir, name)),
  ...CELLS.map((cell) => cellFolder(stateFolder(matrixDir), cell)),
  stateFolder(chaosDir),
  stateFolder(benchDir),
];
const signal = stopSignal(...folders.map((folder) => join(folder, '.data')), engineHome());
await runMain(async () => {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const selection = readCommandLine(process.argv.slice(2), { repoRoot, cwd });
  if (selection === undefined) {
    console.log(usage);
    return;
  }
  const temporary = await useOwnTemporaryFolder(report);
  try {
    if (selection.watch) await watchUnitTests(selection, { repoRoot, signal });
    else await runSteps(selection, signal);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}, signal);
