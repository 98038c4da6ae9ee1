import type { Report } from '../../../deploy/process/run.ts';
import { waitAtMost } from '../../support/wait.ts';
import { orphanKeys } from '../../verdict/orphan-keys.ts';
import { isEnded } from '../../verdict/store-content.ts';
import type { Harness } from '../harness.ts';
import { type History, openUploads } from '../history.ts';
import { recordStatus } from '../load/record-status.ts';
import type { User } from '../load/user.ts';
import { readSpools } from './spool-contents.ts';

const PAUSE_MS = 2_000;
const REPORT_MS = 10_000;

export interface SettleOptions {
  harness: Harness;
  history: History;
  users: readonly User[];
  timeoutMs: number;
  report: Report;
  signal: AbortSignal;
}

/**
 * Waits until the system has no work left: every job is final and its owner notified, and there is no orphaned chunk and no
 * attempt's folder. After `timeoutMs` it only reports what is left, which the verdict then judges.
 */
export async function waitUntilSettled(options: SettleOptions): Promise<void> {
  const { history, users, timeoutMs, report, signal } = options;
  let reportAt = performance.now() + REPORT_MS;
  let rest = '';
  const isSettled = await waitAtMost(
    async () => {
      await Promise.all(openUploads(history).map((record) => recordStatus(record, users)));
      rest = await describeRest(options);
      if (rest !== '' && performance.now() > reportAt) {
        report(`waiting for: ${rest}`);
        reportAt += REPORT_MS;
      }
      return rest === '';
    },
    { timeoutMs, pauseMs: PAUSE_MS, signal },
  );
  if (!isSettled) report(`after ${timeoutMs / 1000} s the system still has: ${rest}`);
}

/** Returns an empty string if nothing is left to do. */
async function describeRest({ harness, history }: SettleOptions): Promise<string> {
  const inSystem = await countRest(harness).catch((error: Error) => ({
    'stores that do not answer': error.message,
  }));
  return Object.entries({ 'jobs that their users see as open': openUploads(history).length, ...inSystem })
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

async function countRest(harness: Harness): Promise<Record<string, number | string>> {
  const { keys, jobs, open } = await harness.readStore();
  const { folders, tools } = await readSpools(harness);
  return {
    'jobs that are not final': jobs.filter((job) => !isEnded(job)).length,
    'entries in the index of active jobs': open.length,
    'orphaned chunks and manifests': orphanKeys({ keys, stored: jobs, videosExpired: true }).length,
    'private folders': folders.length,
    'processes in a spool': tools.length,
  };
}
