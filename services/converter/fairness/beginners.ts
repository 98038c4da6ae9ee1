import { randomUUID } from 'node:crypto';
import { canBeginEarly } from '../../shared/jobs/early-request.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { encodeDocument, type StateStore } from '../../shared/state/state-store.ts';

/** How long a job that was begun elsewhere is left to its beginner, which may be dead. By the clock of the converter that waits. */
export const LEAVE_MS = 3_000;
/** A mark that its converter could not remove delays one job a little. It is there for a day, as long as hardly any upload takes. */
const TTL_SECONDS = 24 * 3600;
/** Milliseconds for the removal of a mark. */
const HIDE_MS = 2_000;

const key = (jobId: string) => `early:${jobId}`;

/**
 * Marks in the store of the converters that have begun with a video during its upload. No other converter begins with the same video,
 * and the others leave its job to them for {@link LEAVE_MS}, so that it goes where its sound is. Nothing but time is lost where a mark
 * is missing or wrong.
 */
export interface Beginners {
  /** Marks that this converter has begun. Resolves with false where another one has. Throws `unavailable`. */
  show(jobId: string, signal: AbortSignal): Promise<boolean>;
  /** Lets any converter have the job at once. Idempotent; never rejects. */
  hide(jobId: string): Promise<void>;
  /** Of these jobs, returns the ids of those that another converter has begun with. Throws `unavailable`. */
  findOthers(jobs: readonly Job[], signal: AbortSignal): Promise<ReadonlySet<string>>;
}

export function createBeginners(state: StateStore, log: Log): Beginners {
  const mark = encodeDocument({ converter: randomUUID() });
  const shown = new Set<string>();

  return {
    async show(jobId, signal) {
      // Where the outcome of the write is not known, the mark may be there, and has to be removed.
      shown.add(jobId);
      const isNew = await state.put(key(jobId), mark, { ttlSeconds: TTL_SECONDS, when: 'create', signal });
      const isOwn = isNew || (await isMarkedHere(jobId, signal));
      if (!isOwn) shown.delete(jobId);
      return isOwn;
    },
    async hide(jobId) {
      if (!shown.delete(jobId)) return;
      try {
        const signal = AbortSignal.timeout(HIDE_MS);
        // Nobody replaces a mark, so that ours stays ours until it is deleted.
        if (await isMarkedHere(jobId, signal)) await state.delete(key(jobId), signal);
      } catch (error) {
        log.debug({ err: error, job_id: jobId }, 'a mark of an early conversion was not removed');
      }
    },
    async findOthers(jobs, signal) {
      const ids = jobs.filter((job) => mayBeBegun(job) && !shown.has(job.id)).map(({ id }) => id);
      if (ids.length === 0) return new Set();
      const found = await state.getMany(ids.map(key), signal);
      return new Set(ids.filter((id) => isOther(found.get(key(id))?.value)));
    },
  };

  async function isMarkedHere(jobId: string, signal: AbortSignal): Promise<boolean> {
    return (await state.get(key(jobId), signal))?.value === mark;
  }

  function isOther(value: string | undefined): boolean {
    return value !== undefined && value !== mark;
  }
}

/** Whether a job has waited for a converter since its upload. */
const mayBeBegun = (job: Job): boolean =>
  job.status === 'queued' &&
  job.generation === 1 &&
  job.attempts + job.infrastructureFailures === 0 &&
  canBeginEarly({ size: job.source.size, options: job.options });
