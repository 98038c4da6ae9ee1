import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../../deploy/process/run.ts';
import { orphanKeys } from '../../verdict/judge.ts';
import { isEnded, readStore } from '../../verdict/store-content.ts';
import type { Stage } from '../harness.ts';
import { type Ledger, open } from '../history.ts';
import { look } from '../load/generate-load.ts';
import type { User } from '../load/user.ts';
import { spoolsOf } from './spool-contents.ts';

const PAUSE_MS = 2_000;
const TELL_MS = 10_000;

export interface Settling {
  stage: Stage;
  ledger: Ledger;
  users: readonly User[];
  timeoutMs: number;
  report: Report;
  signal: AbortSignal;
}

/**
 * Waits until nothing is left to do: every job at its end and told, no chunk that is nobody's, no attempt's folder. When
 * it does not come to that in time, the verdict says what is left.
 */
export async function untilSettled({
  stage,
  ledger,
  users,
  timeoutMs,
  report,
  signal,
}: Settling): Promise<boolean> {
  let tellAt = performance.now() + TELL_MS;
  for (const end = performance.now() + timeoutMs; ; ) {
    await Promise.all(open(ledger).map((record) => look(record, users)));
    const left = await whatIsLeft(stage).catch((error: Error) => ({
      'stores that do not answer': error.message,
    }));
    const waiting = { 'jobs open to their users': open(ledger).length, ...left };
    const words = Object.entries(waiting)
      .filter(([, count]) => count !== 0)
      .map(([what, count]) => `${count} ${what}`);
    if (words.length === 0) return true;
    if (performance.now() > end) {
      report(`not settled after ${timeoutMs / 1000} s: ${words.join(', ')}`);
      return false;
    }
    if (performance.now() > tellAt) {
      report(`settling: ${words.join(', ')}`);
      tellAt += TELL_MS;
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

async function whatIsLeft(stage: Stage): Promise<Record<string, number | string>> {
  const { keys, jobs, open } = await readStore(stage);
  const { folders, tools } = await spoolsOf(stage);
  return {
    'jobs not at their end': jobs.filter((job) => !isEnded(job)).length,
    'entries in the index of open jobs': open.length,
    'chunks and manifests of no job': orphanKeys({ keys, stored: jobs, videosAreGone: true }).length,
    'private folders': folders.length,
    'processes in a spool': tools.length,
  };
}
