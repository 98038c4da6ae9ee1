import { randomUUID } from 'node:crypto';
import type { Log } from '../../shared/runtime/log.ts';
import type { LeaseTimes } from '../../shared/state/lease.ts';
import type { DiskFullBackoff } from '../capacity/disk-full-backoff.ts';
import { ConversionFailure } from '../failure.ts';
import { type Claimable, claimJob } from './claim.ts';
import { failJob } from './finish.ts';
import type { HeartbeatTimes } from './heartbeat.ts';
import { type RunAttemptPorts, runAttempt } from './run-attempt.ts';

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
  const outcome = await runAttempt(ports, job, log.child({ attempt: attemptId }));
  if (outcome === 'disk full') await diskFullBackoff.wait(signal);
  else diskFullBackoff.reset();
  return true;
}
