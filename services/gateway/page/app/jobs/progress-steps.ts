import { isFinalStatus } from '../../../../shared/jobs/job.ts';
import type { JobView } from '../../../../shared/jobs/job-view.ts';

/** What somebody who cannot see the page hears of a job: its start, each quarter, and its end. */
export type Step = { kind: 'begun' } | { kind: 'quarter'; share: number } | { kind: 'ended' };

type State = Pick<JobView, 'status' | 'progress'>;

/** The step that a job has taken between two states of it. @param before undefined where the page did not know it */
export function stepBetween(before: State | undefined, after: State): Step | undefined {
  // Whatever was so before the page was opened is no news.
  if (before === undefined) return undefined;
  if (isFinalStatus(after.status)) return isFinalStatus(before.status) ? undefined : { kind: 'ended' };
  if (after.status !== 'converting') return undefined;
  if (before.status !== 'converting') return { kind: 'begun' };
  const quarter = quarterOf(after.progress);
  return quarter > quarterOf(before.progress) ? { kind: 'quarter', share: quarter / 4 } : undefined;
}

const quarterOf = (progress: number): number => Math.min(3, Math.floor(progress * 4));
