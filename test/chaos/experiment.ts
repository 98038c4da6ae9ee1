import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Report } from '../../deploy/process/run.ts';
import { processesIn } from '../support/processes.ts';
import { newStateFolder } from '../support/state-folder.ts';
import { judge, passed, type Verdict } from '../verdict/judge.ts';
import { gather } from './evidence/collect-evidence.ts';
import { table } from './evidence/results-table.ts';
import { keepEvidence } from './evidence/save-artifacts.ts';
import { untilSettled } from './evidence/wait-until-settled.ts';
import { type Stage, type StageOptions, setStage } from './harness.ts';
import { type Ledger, newLedger } from './history.ts';
import { createLoad, type Load } from './load/generate-load.ts';
import type { Library } from './load/media-library.ts';
import { newUser, type User } from './load/user.ts';

const USERS = 6;
const SETTLE_MS = 180_000;

export const chaosDir = join(resolve(import.meta.dirname, '../..'), '.data', 'chaos');

/** What a part of the suite has to work with: one system, its users, and the record of all that was done. */
export interface Scene {
  stage: Stage;
  ledger: Ledger;
  library: Library;
  users: readonly User[];
  load: Load;
  /** Waits until nothing is left to do. */
  settle(): Promise<void>;
  /** A line in the table at the end. */
  note(line: string): void;
  /** One more, and the act has failed unless it is true. */
  check(isTrue: boolean, line: string): void;
  report: Report;
  signal: AbortSignal;
}

export interface ActOptions {
  /** Part of a folder's name. */
  id: string;
  name: string;
  seed: number;
  library: Library;
  stage: Pick<StageOptions, 'blobs' | 'consumerTimeoutMs' | 'accessTokenSeconds'>;
  play(scene: Scene): Promise<void>;
  report: Report;
  signal: AbortSignal;
}

/** Plays on a system of its own, and judges what became of every job. Nothing of it is left afterwards. */
export async function perform(options: ActOptions): Promise<boolean> {
  const { id, name, seed, report, signal } = options;
  const stateRoot = await newStateFolder(chaosDir, report);
  const ledger = newLedger();
  let stage: Stage | undefined;
  let verdict: Verdict | undefined;
  let clean = true;
  try {
    report(`${name}, with seed ${seed} …`);
    const repoRoot = resolve(import.meta.dirname, '../..');
    stage = await setStage({ ...options.stage, repoRoot, stateRoot, report, signal });
    verdict = await playAndJudge(stage, ledger, options);
  } finally {
    report('Stopping what was started …');
    await stage?.stop();
    const left = processesIn(stateRoot).map(({ pid, command }) => `pid ${pid} (${command})`);
    clean = left.length === 0;
    if (!clean) report(`LEFT RUNNING: ${left.join(', ')}`);
    if (stage && !signal.aborted && !(clean && verdict && passed(verdict))) {
      const folder = join(chaosDir, `failed-${seed}-${id}`);
      await keepEvidence(stage, ledger, folder);
      report(`Logs, mails and the ledger are in ${folder}`);
    }
    await rm(stateRoot, { recursive: true, force: true });
  }
  return clean && passed(verdict);
}

async function playAndJudge(stage: Stage, ledger: Ledger, options: ActOptions): Promise<Verdict> {
  const { seed, library, play, report, signal } = options;
  const users = await Promise.all(Array.from({ length: USERS }, () => newUser(stage.gateways, signal)));
  const notes: string[] = [];
  const broken: string[] = [];
  const settle = async (): Promise<void> => {
    await untilSettled({ stage, ledger, users, timeoutMs: SETTLE_MS, report, signal });
  };
  await play({
    ...{ stage, ledger, library, users, report, signal, settle },
    load: createLoad({ seed, users, library, ledger, senders: 5, maxOpen: 24, pauseMs: 3_000, signal }),
    note: (line) => void notes.push(line),
    check(isTrue, line) {
      notes.push(line);
      if (!isTrue) broken.push(line);
    },
  });
  report('Settling …');
  await settle();
  report('Looking at every job, MP3, mail and key …');
  const evidence = await gather({ stage, users, ledger, library });
  const verdict = judge(evidence);
  verdict.wrong.push(...broken);
  const { hits } = evidence;
  console.log(table({ name: options.name, seed, blobs: stage.blobs, ledger, hits, verdict, notes }));
  return verdict;
}
