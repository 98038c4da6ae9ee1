import type { Log } from '../../shared/runtime/log.ts';
import type { EarlyConversions } from '../early/early-conversions.ts';
import { waitingOf } from '../fairness/queued-jobs.ts';
import type { OtherJobsPorts } from './other-jobs.ts';
import { publishAgain } from './publish-again.ts';

export interface ConvertBegunPorts extends OtherJobsPorts {
  early?: Pick<EarlyConversions, 'take' | 'giveUp' | 'share' | 'drop'> | undefined;
}

/**
 * Converts the job of a video with which this converter has begun during its upload, as soon as it is accepted, without its event.
 * Where that fails or the service stops, the event is published again. When the process dies, another converter sees that the lease
 * is over. Without a free slot, any converter may have the job. Throws as `convertJob` does.
 *
 * @param convert converts the job in its turn
 */
export async function convertBegun(
  ports: ConvertBegunPorts,
  jobId: string,
  convert: (log: Log) => Promise<void>,
): Promise<void> {
  const { jobs, early, active, slots, estimate, stoppingSignal } = ports;
  const job = await jobs.find(jobId, stoppingSignal);
  // Its event may have come here, too.
  if (!job || job.status === 'uploading' || active.has(jobId)) return;
  if (job.status !== 'queued') return early?.drop(jobId);
  if (!slots.fits(waitingOf(job, estimate))) return early?.share(jobId);
  const log = ports.log.child({ job_id: jobId, trace_id: job.trace_id });
  await active.work(jobId, log, {
    first: () => convert(log),
    again: () => convert(log),
    failed: () => publishAgain(ports, jobId),
  });
}
