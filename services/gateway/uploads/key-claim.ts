import { randomUUID } from 'node:crypto';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { firstOf, isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { type Idempotency, type KeyedUpload, uploadInProgress } from './idempotency.ts';

/** The claim of one upload on its `Idempotency-Key`. The claim of an upload without a key always succeeds. */
export interface KeyClaim {
  /** Id for the job of this upload. */
  jobId: string;
  /** The job that an earlier upload with the key has made. If there is one, this upload must store nothing. */
  earlier: Job | undefined;
  /**
   * Returns the earlier job, once the options of this upload are known. Throws `idempotency_key_reused` where they differ from
   * those of the earlier upload, and `upload_in_progress` where its job was deleted meanwhile.
   */
  repeat(options: ConversionOptions): Promise<Job>;
  /** Throws `upload_in_progress` when another upload has taken the key over. */
  confirm(options: ConversionOptions): Promise<void>;
  /** Ties the key to the job that the upload became, which may be an earlier one with the same content. */
  complete(job: Pick<Job, 'id'>): Promise<void>;
  /** Frees the key of an upload that failed with the error. */
  release(error: unknown): Promise<void>;
}

/** An upload that may have an `Idempotency-Key`. */
export type ClaimedUpload = Omit<KeyedUpload, 'key'> & { key: string | undefined };

const nothing = async (): Promise<void> => undefined;

/**
 * Claims the key, if there is one. Throws `upload_in_progress`, or `idempotency_key_reused` where the options are known and
 * differ.
 */
export async function claimKey(
  idempotency: Idempotency,
  upload: ClaimedUpload,
  log: Log,
  jobId: string = randomUUID(),
): Promise<KeyClaim> {
  const { key } = upload;
  const earlier = key === undefined ? undefined : await idempotency.claim({ ...upload, key }, jobId);
  return { ...openClaim(idempotency, upload, jobId, log), earlier };
}

/** The claim that an upload has made already, perhaps in another process. `earlier` is undefined. */
export function openClaim(
  idempotency: Idempotency,
  { key, ...claimed }: ClaimedUpload,
  jobId: string,
  log: Log,
): KeyClaim {
  if (key === undefined) {
    const repeat = () => Promise.reject(uploadInProgress());
    return { jobId, earlier: undefined, repeat, confirm: nothing, complete: nothing, release: nothing };
  }
  const upload: KeyedUpload = { ...claimed, key };
  return {
    jobId,
    earlier: undefined,
    async repeat(options) {
      const earlier = await idempotency.claim({ ...upload, options }, jobId);
      if (!earlier) throw uploadInProgress();
      return earlier;
    },
    confirm: (options) => idempotency.confirm({ ...upload, options }, jobId),
    async complete(job) {
      if (job.id !== jobId) await idempotency.redirect(upload, jobId, job.id);
    },
    async release(error) {
      const released = idempotency.release(upload, jobId).catch((cause: unknown) => {
        log.warn(
          { err: cause },
          'the Idempotency-Key of a failed upload could not be freed; it is free after a minute',
        );
      });
      // While the store is unavailable, waiting for it would only delay the response.
      if (!isAppError(firstOf(error), 'unavailable')) await released;
    },
  };
}
