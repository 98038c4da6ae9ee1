import { z } from 'zod';
import type { Mp3Event } from './events.ts';
import type { Job } from './jobs.ts';

/** The event that tells of a job's end; undefined for one whose owner needs no telling. */
export function outcomeOf(job: Job): Mp3Event | undefined {
  if (job.status !== 'done' && job.status !== 'failed') return undefined;
  return {
    job_id: job.id,
    trace_id: job.trace_id,
    run: job.run,
    status: job.status,
    email: job.email,
    filename: job.filename,
    mp3: job.mp3 && {
      size: job.mp3.size,
      duration_seconds: job.mp3.duration_seconds,
      download_url: job.download_url,
    },
    error: job.error,
    expires_at: job.expires_at,
  };
}

/** Written before and after a mail is sent, so that a repeated event sends none. */
export const mailRecord = z.object({
  /** `open`: nobody is sending. */
  state: z.enum(['open', 'sending', 'sent']),
  /** The send that wrote this, so that one which comes late is told from the present one. */
  send: z.string(),
  /** Sends that went out, or may have. */
  sends: z.number().int(),
  /** Sends that did not for sure. */
  refusals: z.number().int(),
});
export type MailRecord = z.infer<typeof mailRecord>;

export const mailRecordKey = ({ job_id, run }: Pick<Mp3Event, 'job_id' | 'run'>): string =>
  `mail:${job_id}:${run}`;
