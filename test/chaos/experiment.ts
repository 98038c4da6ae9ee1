import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Report } from '../../deploy/process/run.ts';
import { processesIn } from '../support/processes.ts';
import { newStateFolder } from '../support/state-folder.ts';
import { judge } from '../verdict/judge.ts';
import { passed, type Verdict } from '../verdict/verdict.ts';
import { collectEvidence } from './evidence/collect-evidence.ts';
import { resultsTable } from './evidence/results-table.ts';
import { saveArtifacts } from './evidence/save-artifacts.ts';
import { waitUntilSettled } from './evidence/wait-until-settled.ts';
import { type Harness, type HarnessOptions, startHarness } from './harness.ts';
import { type History, newHistory } from './history.ts';
import { LoadGenerator } from './load/generate-load.ts';
import type { MediaLibrary } from './load/media-library.ts';
import { newUser, type User } from './load/user.ts';

const USERS = 6;
const SETTLE_MS = 180_000;
const repoRoot = resolve(import.meta.dirname, '../..');

export const chaosDir = join(repoRoot, '.data', 'chaos');

/** What a scenario works with: one system, its users, and the history of all that was done. */
export interface ScenarioContext {
  harness: Harness;
  history: History;
  library: MediaLibrary;
  users: readonly User[];
  load: LoadGenerator;
  /** Waits until the system has no work left. */
  settle(): Promise<void>;
  /** Adds a line to the table at the end. */
  note(line: string): void;
  /** Adds a line to the table at the end. The experiment fails unless `holds`. */
  check(holds: boolean, line: string): void;
  report: Report;
  signal: AbortSignal;
}

export interface ExperimentOptions {
  /** Part of the name of the folder that keeps the logs of a failed experiment. */
  id: string;
  name: string;
  seed: number;
  library: MediaLibrary;
  harness: Pick<HarnessOptions, 'blobs' | 'consumerTimeoutMs' | 'hasSmallDisks' | 'accessTokenSeconds'>;
  scenario(context: ScenarioContext): Promise<void>;
  report: Report;
  signal: AbortSignal;
}

/**
 * Runs a scenario on a system of its own, judges what became of every job, and prints the results. Returns whether all is well.
 * Afterwards nothing of the system is left. A failed experiment keeps its logs.
 */
export async function runExperiment(options: ExperimentOptions): Promise<boolean> {
  const { id, name, seed, report, signal } = options;
  const stateRoot = await newStateFolder(chaosDir, report);
  const history = newHistory();
  let harness: Harness | undefined;
  let verdict: Verdict | undefined;
  let isClean = true;
  try {
    report(`${name}, with seed ${seed} …`);
    harness = await startHarness({ ...options.harness, repoRoot, stateRoot, report, signal });
    verdict = await runAndJudge(harness, history, options);
  } finally {
    report('Stopping what was started …');
    await harness?.stop();
    const left = processesIn(stateRoot).map(({ pid, command }) => `pid ${pid} (${command})`);
    isClean = left.length === 0;
    if (!isClean) report(`LEFT RUNNING: ${left.join(', ')}`);
    if (harness && !signal.aborted && !(isClean && verdict && passed(verdict))) {
      const folder = join(chaosDir, `failed-${seed}-${id}`);
      await saveArtifacts(harness, history, folder);
      report(`Logs, mails and the history of all requests are in ${folder}`);
    }
    await rm(stateRoot, { recursive: true, force: true });
  }
  return isClean && passed(verdict);
}

async function runAndJudge(harness: Harness, history: History, options: ExperimentOptions): Promise<Verdict> {
  const { seed, library, scenario, report, signal } = options;
  const users = await Promise.all(Array.from({ length: USERS }, () => newUser(harness.gateways, signal)));
  const notes: string[] = [];
  const failedChecks: string[] = [];
  const settle = async (): Promise<void> => {
    await waitUntilSettled({ harness, history, users, timeoutMs: SETTLE_MS, report, signal });
  };
  const load = { seed, users, library, history, senders: 5, maxOpen: 24, pauseMs: 3_000, signal };
  await scenario({
    ...{ harness, history, library, users, report, signal, settle },
    load: new LoadGenerator(load),
    note: (line) => void notes.push(line),
    check(holds, line) {
      notes.push(line);
      if (!holds) failedChecks.push(line);
    },
  });
  report('Waiting until the system has no work left …');
  await settle();
  report('Checking every job, MP3, mail and key …');
  const evidence = await collectEvidence({ harness, users, history, library });
  const verdict = judge(evidence);
  verdict.wrong.push(...failedChecks);
  const { faultEffects } = evidence;
  const summary = { name: options.name, seed, blobs: harness.blobs, history, faultEffects, verdict, notes };
  console.log(resultsTable(summary));
  return verdict;
}
