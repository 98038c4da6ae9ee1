import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { engineHome } from '../deploy/docker/docker-client.ts';
import { report, runMain, stopSignal } from '../deploy/process/terminal.ts';
import { chaosDir } from './chaos/experiment.ts';
import { cellFolder } from './matrix/cell.ts';
import { matrixDir } from './matrix/matrix.ts';
import { readCommandLine, type Selection, usage } from './runner/command-line.ts';
import { requireTestSpace } from './runner/space.ts';
import type { StepContext, StepResult } from './runner/step-context.ts';
import { CELLS, STEPS } from './runner/steps.ts';
import { SYSTEM_FOLDERS } from './runner/system-tests.ts';
import { useOwnTemporaryFolder } from './runner/temporary-files.ts';
import { watchUnitTests } from './runner/watch.ts';
import { counted, NONE, sum } from './support/run-tests.ts';
import { newStateFolder, stateFolder } from './support/state-folder.ts';

const repoRoot = resolve(import.meta.dirname, '..');
const testDir = join(repoRoot, '.data', 'test');

/** Runs the steps that the selection needs. One that breaks off counts as one failed test; the others run all the same. */
async function runSteps(selection: Selection, signal: AbortSignal): Promise<void> {
  const runDir = await newStateFolder(testDir, report);
  requireTestSpace(selection.parts, { repoRoot, runDir });
  const grepArgs = selection.grep === undefined ? [] : [`--test-name-pattern=${selection.grep}`];
  const context: StepContext = { selection, repoRoot, runDir, grepArgs, report, signal };
  let total = NONE;
  const failed: string[] = [];
  const notTested: string[] = [];
  for (const step of STEPS.filter(({ parts }) => parts.some((part) => selection.parts.has(part)))) {
    report(`${step.name} …`);
    const result: StepResult = await step.run(context).catch((error: Error) => {
      signal.throwIfAborted();
      report(`${step.name}: ${error.message}`);
      return counted(false);
    });
    total = sum(total, result);
    if (result.failed > 0) failed.push(step.name);
    if (result.notTested !== undefined) notTested.push(`${step.name}: ${result.notTested}`);
  }
  if (failed.length === 0) rmSync(runDir, { recursive: true, force: true });
  else report(`Logs are in ${runDir}, until the next run`);
  for (const line of notTested) report(`NOT TESTED: ${line}`);
  if (process.env.CI && notTested.length > 0) failed.push('what was not tested, for CI is set');
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
}

const runDir = stateFolder(testDir);
const folders = [
  ...SYSTEM_FOLDERS.map((name) => join(runDir, name)),
  ...CELLS.map((cell) => cellFolder(stateFolder(matrixDir), cell)),
  stateFolder(chaosDir),
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
