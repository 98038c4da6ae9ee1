import { createDeletions, type DeletionPorts } from './deletions/run-deletions.ts';
import type { LiveJobs } from './events/live-jobs.ts';
import type { Admission } from './limits/admission.ts';
import { addCounts } from './limits/quota.ts';
import { runSweeps, type SweepsPorts, type SweepsTimes } from './sweep/run-sweeps.ts';

export interface BackgroundPorts
  extends Omit<SweepsPorts, 'updateCounts' | 'observeActive'>,
    Omit<DeletionPorts, 'now'> {
  admission: Admission;
  live: Pick<LiveJobs, 'backlog' | 'converters'>;
  revocations: { run(signal: AbortSignal): Promise<void> };
}

/**
 * Does what a gateway does beside answering requests, until the signal is aborted: it sweeps, deletes what deleted accounts have owned,
 * reads which sessions were ended, and counts the converters. Resolves when all of it has ended.
 */
export async function runInBackground(
  ports: BackgroundPorts,
  times: SweepsTimes,
  signal: AbortSignal,
): Promise<void> {
  const { admission, live, resumable, revocations } = ports;
  const { openQuota } = resumable;
  await Promise.all([
    revocations.run(signal),
    runSweeps(
      {
        ...ports,
        updateCounts: (jobs) => admission.updateCounts(addCounts(jobs, openQuota.counts)),
        observeActive: live.backlog.observe,
      },
      times,
      signal,
    ),
    createDeletions(ports).run(signal),
    live.converters.run(),
  ]);
}
