import { LOG_MESSAGES } from '../../support/log-messages.ts';
import type { Evidence, FaultEffect, JobEvidence } from '../../verdict/evidence.ts';
import { readMails } from '../../verdict/mails.ts';
import { FAULTS } from '../faults/fault-kinds.ts';
import { acceptedUploads, type History } from '../history.ts';
import { mailFolder } from '../mail/mail-server.ts';
import { compareJobLists } from './compare-job-lists.ts';
import { type ExamineContext, examineJob } from './examine-job.ts';
import { type LogLine, readLogs } from './service-logs.ts';
import { readSpools } from './spool-contents.ts';

const CONCURRENCY = 4;
/** ms. It is longer than a lease, and than the sweep needs to find a stalled job. */
const EFFECT_MS = 40_000;

export interface CollectOptions extends Omit<ExamineContext, 'durations'> {
  history: History;
}

/** Asks the public API for every job and its MP3, and looks into store, mail sink, spools and the process table. */
export async function collectEvidence(options: CollectOptions): Promise<Evidence> {
  const { harness, users, history } = options;
  // This comes first, because it can turn an upload without a 202 into an accepted one.
  const lists = await compareJobLists(users, history);
  const jobs = await examineJobs(options);
  const store = await harness.readStore();
  const logs = await readLogs(harness);
  const { folders, tools } = await readSpools(harness);
  return {
    jobs,
    ...lists,
    wrongRefusals: wrongRefusals(history),
    mails: await readMails(mailFolder(harness.dataDir)),
    faults: history.faults,
    faultEffects: faultEffects(history, logs),
    announcedRepeats: logs.flatMap(({ msg, job_id }) =>
      msg === LOG_MESSAGES.mayBeDuplicate && job_id ? job_id : [],
    ),
    keys: store.keys,
    stored: store.jobs,
    videosExpired: true,
    open: store.open,
    folders,
    processes: tools.map(({ pid, command }) => `process ${pid}: ${command}`),
  };
}

async function examineJobs({ history, ...options }: CollectOptions): Promise<JobEvidence[]> {
  const jobs: JobEvidence[] = [];
  const context: ExamineContext = { ...options, durations: new Map() };
  const records = acceptedUploads(history).values();
  const examineNext = async (): Promise<void> => {
    for (const record of records) jobs.push(await examineJob(record, context));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, examineNext));
  return jobs;
}

/** Uploads that were not accepted, unless their plan says that the store is down and they were answered with 503. */
function wrongRefusals({ uploads }: History): string[] {
  const refused = uploads.filter(({ state }) => state === 'given up');
  const wrong = refused.filter(({ plan, attempts }) => !(plan.refused && attempts.at(-1) === '503'));
  return wrong.map(
    ({ filename, attempts }) => `the upload of ${filename} was answered ${attempts.join(', ')}`,
  );
}

/** Looks in the logs for the effect of each fault. Kinds that leave no trace in the logs are left out. */
function faultEffects({ faults }: History, logs: readonly LogLine[]): FaultEffect[] {
  return FAULTS.flatMap(({ name, isEffect }) => {
    const injected = faults.filter(({ kind }) => kind === name);
    if (!isEffect || injected.length === 0) return [];
    const effective = injected.filter(({ target, from }) =>
      logs.some((line) => line.at >= from && line.at <= from + EFFECT_MS && isEffect(line, target)),
    );
    return { kind: name, injected: injected.length, effective: effective.length };
  });
}
