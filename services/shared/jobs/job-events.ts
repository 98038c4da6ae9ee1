import type { Mp3Event, VideoEvent } from '../contract/events.ts';
import type { Job } from './job.ts';

/** The event that asks for a conversion of the job. */
export const videoEventOf = ({ id, trace_id }: Job): VideoEvent => ({ job_id: id, trace_id });

/** The event that reports the outcome of the job, or undefined where the owner need not be notified: a guest has no address. */
export function mp3EventOf(job: Job): Mp3Event | undefined {
  if ((job.status !== 'done' && job.status !== 'failed') || job.email === '') return undefined;
  return {
    job_id: job.id,
    trace_id: job.trace_id,
    run: job.generation,
    status: job.status,
    email: job.email,
    filename: job.filename,
    mp3:
      job.status === 'done'
        ? { size: job.mp3.size, duration_seconds: job.mp3.duration_seconds, download_url: job.download_url }
        : null,
    warnings: job.status === 'done' ? job.warnings : [],
    error: job.status === 'failed' ? job.error : null,
    expires_at: job.expires_at,
  };
}
