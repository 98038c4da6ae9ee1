import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { TOPICS } from '../../shared/contract/events.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { outcomeOf } from '../../shared/jobs/outcome.ts';
import { ended, finished, isLost } from '../../shared/jobs/transitions.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { type Persistence, persist } from '../../shared/runtime/retry.ts';
import type { ConversionFailure } from '../failure.ts';

export interface EndPorts {
  jobs: JobStore;
  blobs: BlobStore;
  publish: Sidecar['publish'];
  /** For the save that ends an attempt: without it, all of its work would be done again. */
  persistence: Persistence;
}

/** Marks the job as done, with the MP3 stored under the attempt's id, and announces it. */
export async function finish(
  ports: EndPorts,
  id: string,
  attempt: string,
  fields: Partial<Job>,
  log: Log,
): Promise<void> {
  const change = finished(attempt, { ...fields, audio: attempt });
  await tell(ports, await save(ports, id, change, (job) => job.audio === attempt), log);
}

/** Marks the job as failed and announces it. */
export async function fail(
  ports: EndPorts,
  id: string,
  attempt: string,
  { failure, news = {} }: { failure: ConversionFailure; news?: Partial<Job> },
  log: Log,
): Promise<void> {
  const error = { code: failure.code, detail: failure.message };
  const change = ended(attempt, { ...news, status: 'failed', error });
  log.info({ err: failure.cause }, 'the conversion failed');
  await tell(ports, await save(ports, id, change, isEnded(attempt, 'failed')), log);
}

const isEnded = (attempt: string, status: Job['status']) => (job: Job) =>
  job.status === status && job.attempt === null && job.litter.includes(attempt);

/** Changes the job, however often the store must be asked: an earlier save, reported as lost, may have `arrived`. */
function save(
  { jobs, persistence }: EndPorts,
  id: string,
  change: (job: Job) => Job | undefined,
  arrived: (job: Job) => boolean,
): Promise<Job> {
  return persist(() => jobs.update(id, (job) => (arrived(job) ? undefined : change(job))), persistence);
}

/** Best effort: the gateway's sweep announces what is lost here. */
async function tell({ publish }: EndPorts, job: Job, log: Log): Promise<void> {
  const { status, error, mp3 } = job;
  log.info({ status, code: error?.code, detail: error?.detail, mp3 }, 'conversion ended');
  const event = outcomeOf(job);
  try {
    if (event) await publish(TOPICS.mp3, event);
  } catch (fault) {
    log.warn({ err: fault }, 'the outcome could not be published; the sweep sends it again');
  }
}

/** Releases the job for the next attempt. Where that cannot be saved, the lease expires instead. */
export async function handBack(
  ports: EndPorts,
  id: string,
  attempt: string,
  fields: Partial<Job>,
  log: Log,
): Promise<void> {
  const change = ended(attempt, { ...fields, status: 'queued' });
  try {
    await save(ports, id, change, isEnded(attempt, 'queued'));
    log.info('job handed back');
  } catch (error) {
    if (isLost(error)) throw error;
    log.warn({ err: error }, 'the job could not be handed back; its lease runs out');
  }
}

/**
 * Deletes what an attempt stored that has lost its job, unless it is what the job is done with. Only after the job was seen
 * to have changed hands: of a save whose answer was lost nobody knows whether it arrives still.
 */
export async function discardUnlessKept(
  { jobs, blobs }: EndPorts,
  id: string,
  attempt: string,
  log: Log,
): Promise<void> {
  try {
    const kept = await jobs.get(id).then(
      ({ document }) => document.audio === attempt,
      (error: unknown) => {
        if (isAppError(error, 'not_found')) return false;
        throw error;
      },
    );
    if (!kept) await blobs.delete(attempt);
  } catch (error) {
    log.warn({ err: error, blob: attempt }, 'an MP3 of no job may be left for the sweep');
  }
}
