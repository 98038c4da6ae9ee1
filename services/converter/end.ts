import type { BlobStore } from '../shared/blobs.ts';
import { isAppError } from '../shared/errors.ts';
import { TOPICS } from '../shared/events.ts';
import type { JobStore } from '../shared/job-store.ts';
import { held, type Job, LostAttempt } from '../shared/jobs.ts';
import type { Log } from '../shared/log.ts';
import { outcomeOf } from '../shared/outcome.ts';
import type { Sidecar } from '../shared/sidecar.ts';
import type { ConversionFailure } from './failure.ts';

export interface EndPorts {
  jobs: JobStore;
  blobs: BlobStore;
  publish: Sidecar['publish'];
}

export const failed = (failure: ConversionFailure) => ({
  status: 'failed' as const,
  error: { code: failure.code, detail: failure.message },
  cause: failure.cause,
});

/** The job is not this attempt's any more. */
export const isLost = (error: unknown): boolean =>
  error instanceof LostAttempt || isAppError(error, 'not_found');

/** Ends the job and tells it. What gets lost after the first of these two is told again by the gateway's sweep. */
export async function finish(
  { jobs, publish }: EndPorts,
  id: string,
  attempt: string,
  { cause, ...fields }: Partial<Job> & { cause?: unknown },
  log: Log,
): Promise<void> {
  const change = held(attempt, { error: null, ...fields, attempt: null, eta_seconds: null });
  const job = await jobs.update(id, change);
  const { status, error, mp3 } = job;
  log.info({ status, code: error?.code, detail: error?.detail, err: cause, mp3 }, 'conversion ended');
  const event = outcomeOf(job);
  try {
    if (event) await publish(TOPICS.mp3, event);
  } catch (fault) {
    log.warn({ err: fault }, 'the outcome could not be published; the sweep sends it again');
  }
}

/** Gives the job up for the next attempt. Where that cannot be saved, the lease runs out instead. */
export async function handBack(
  jobs: JobStore,
  id: string,
  attempt: string,
  fields: Partial<Job>,
  log: Log,
): Promise<void> {
  const change = held(attempt, {
    ...fields,
    status: 'queued',
    attempt: null,
    progress: 0,
    eta_seconds: null,
  });
  try {
    await jobs.update(id, change);
    log.info('job handed back');
  } catch (error) {
    if (isLost(error)) throw error;
    log.warn({ err: error }, 'the job could not be handed back; its lease runs out');
  }
}

/** Deletes the MP3 of an attempt that could not end its job, unless the save did arrive though it was reported as lost. */
export async function discardUnlessKept(
  { jobs, blobs }: EndPorts,
  id: string,
  audio: string,
  log: Log,
): Promise<void> {
  try {
    const kept = await jobs.get(id).then(
      ({ document }) => document.audio === audio,
      (error: unknown) => {
        if (isAppError(error, 'not_found')) return false;
        throw error;
      },
    );
    if (!kept) await blobs.delete(audio);
  } catch (error) {
    log.warn({ err: error, blob: audio }, 'an MP3 of no job may be left; it expires');
  }
}
