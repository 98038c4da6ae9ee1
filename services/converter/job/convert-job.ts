import { randomUUID } from 'node:crypto';
import type { Log } from '../../shared/runtime/log.ts';
import type { LeaseTimes } from '../../shared/state/lease.ts';
import type { DiskFullBackoff } from '../capacity/disk-full-backoff.ts';
import { ConversionFailure } from '../failure.ts';
import { type Claimable, claimJob } from './claim.ts';
import { failJob } from './finish.ts';
import type { HeartbeatTimes } from './heartbeat.ts';
import { type RunAttemptPorts, runAttempt } from './run-attempt.ts';
import { createStages } from './stages.ts';

export interface ConvertJobPorts extends RunAttemptPorts {
  diskFullBackoff: DiskFullBackoff;
  times: LeaseTimes & HeartbeatTimes;
}

/**
 * Claims a job and converts it. Resolves with false when another converter was faster. Throws `not_found`, and `unavailable` when
 * the job was handed back and should be tried again.
 */
export async function convertJob(
  ports: ConvertJobPorts,
  seen: Claimable,
  signal: AbortSignal,
  log: Log,
): Promise<boolean> {
  const { jobs, diskFullBackoff, maxAttempts } = ports;
  const attemptId = randomUUID();
  const job = await claimJob(jobs, { seen, attemptId }, signal);
  if (!job) {
    log.debug('another converter was faster');
    return false;
  }
  if (seen.status === 'converting')
    log.warn('the job was taken over from a converter that no longer renewed its lease');
  if (job.attempts > maxAttempts) {
    const failure = new ConversionFailure('gave_up', `the conversion was interrupted ${maxAttempts} times`);
    await failJob(ports, { jobId: seen.id, attemptId, pendingUpdate: {}, log }, failure);
    return true;
  }
  const stages = createStages({ queuedMs: queuedMs(seen) });
  const outcome = await runAttempt(ports, job, { stages, log: log.child({ attempt: attemptId }) });
  if (outcome === 'disk full') await diskFullBackoff.wait(signal);
  else diskFullBackoff.reset();
  return true;
}

/** How long the job was queued. Undefined where it was taken over from another converter. The clock of the gateway may be ahead. */
const queuedMs = (seen: Claimable): number | undefined =>
  seen.status === 'queued' ? Math.max(0, Date.now() - Date.parse(seen.updated_at)) : undefined;
