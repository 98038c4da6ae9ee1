import { isFinalStatus } from '../../../../shared/jobs/job.ts';
import type { JobView } from '../../../../shared/jobs/job-view.ts';
import type { Activity } from '../shell/tab-progress.ts';

export interface Work {
  /** Bytes. Undefined where nothing is being sent. */
  upload: { sent: number; total: number } | undefined;
  jobs: readonly Pick<JobView, 'status' | 'progress'>[];
  /** How many jobs have ended while others were unfinished. They are a part of the whole, so that its share does not fall. */
  ended: number;
}

/** Sending comes first, because for that the page has to stay open. Undefined where nothing is being done. */
export function activityOf({ upload, jobs, ended }: Work): Activity | undefined {
  if (upload !== undefined)
    return { kind: 'sending', share: upload.total > 0 ? upload.sent / upload.total : 0 };
  const unfinished = jobs.filter(({ status }) => !isFinalStatus(status));
  if (unfinished.length === 0) return undefined;
  if (ended === 0 && unfinished.every(({ status }) => status === 'queued')) return { kind: 'waiting' };
  const done = unfinished.reduce((sum, { progress }) => sum + progress, ended);
  return { kind: 'converting', share: done / (unfinished.length + ended) };
}
