import { createHash } from 'node:crypto';
import { type ConversionOptions, canonicalOptions } from '../../shared/jobs/conversion-options.ts';
import { isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { readDocument, updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

/**
 * Milliseconds for which a key without a job belongs to an upload that has just
 * begun. After that, the upload died before its first byte.
 */
const BEGINNING_MS = 60_000;
const MAX_TRIES = 5;
/**
 * The job id in the record of a key that nobody uses. The record expires soon, or refused uploads would fill the store with
 * keys. It outlives the time in which the upload is likely to be tried again, because MongoDB refuses to create a key for a
 * minute after the key has expired.
 */
const FREE = '';
const FREE_SECONDS = 3600;

interface KeyRecord {
  job: string;
  /** The canonical text of the options. Empty while they are not known, which ends before the job is accepted. */
  options: string;
  /** When the upload began, by the clock of its gateway, ISO 8601. */
  since: string;
  /** Id of a resumable upload, which may become its job much later. Absent for any other upload. */
  upload?: string;
}

export interface KeyedUpload {
  owner: string;
  /** The client's `Idempotency-Key`. */
  key: string;
  /** Undefined for a form, whose options are known only at its end. */
  options: ConversionOptions | undefined;
  /** Id of the upload, where it is resumable. */
  uploadId?: string;
}

/**
 * All uploads of one user with one key become one job.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export interface Idempotency {
  /**
   * Returns the job of an earlier upload with the key. Returns undefined when there is none, and then the key belongs to this
   * upload, whose job id is `job`. Throws `upload_in_progress`, or `idempotency_key_reused` where the options differ.
   */
  claim(upload: KeyedUpload, job: string): Promise<Job | undefined>;
  /**
   * Returns the id of the resumable upload that has claimed the key, which may be gone. Throws `idempotency_key_reused` where the
   * options differ.
   */
  findUpload(upload: KeyedUpload): Promise<string | undefined>;
  /** Saves the options with the key. Throws `upload_in_progress` when another upload has taken the key over. */
  confirm(upload: KeyedUpload, job: string): Promise<void>;
  /** Ties the key to another job. Throws as `confirm` does. */
  redirect(upload: KeyedUpload, job: string, other: string): Promise<void>;
  /** Frees the key of an upload that failed, unless its job may still arrive in the store. */
  release(upload: KeyedUpload, job: string): Promise<void>;
}

/**
 * @param ttlSeconds the time for which a job, and so its key, is kept
 * @param resumable whether there is a resumable upload with an id, and the seconds for which it and its job are kept at most
 */
export function createIdempotency(
  state: StateStore,
  jobs: JobStore,
  ttlSeconds: number,
  resumable = { exists: async (_uploadId: string) => false, lifeSeconds: ttlSeconds },
): Idempotency {
  const update = (
    { owner, key }: KeyedUpload,
    change: (current: KeyRecord | undefined) => KeyRecord | undefined,
  ) =>
    updateDocument<KeyRecord>(state, recordKey(owner, key), change, {
      ttlSeconds: ({ job, upload }) => {
        if (job === FREE) return FREE_SECONDS;
        return upload === undefined ? ttlSeconds : resumable.lifeSeconds;
      },
    });

  return {
    async claim(upload, job) {
      const options = textOf(upload.options);
      const { uploadId } = upload;
      const mine = { job, options, since: new Date().toISOString(), ...(uploadId && { upload: uploadId }) };
      let deadJob: string | undefined;
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const record = await update(upload, (current) =>
          current === undefined || current.job === deadJob ? mine : undefined,
        );
        if (!record || record.job === job) return undefined;
        const found = await jobs.find(record.job);
        if (found && isVisible(found)) {
          if (upload.options && record.options !== options) throw keyReused();
          return found;
        }
        if (found?.status === 'uploading' || (!found && isBeginning(record))) throw uploadInProgress();
        if (!found && record.upload && (await resumable.exists(record.upload))) throw uploadInProgress();
        deadJob = record.job;
      }
      throw uploadInProgress();
    },

    async findUpload(upload) {
      const key = recordKey(upload.owner, upload.key);
      const record = (await readDocument<KeyRecord>(state, key))?.document;
      if (!record?.upload || record.job === FREE) return undefined;
      if (record.options !== textOf(upload.options)) throw keyReused();
      return record.upload;
    },

    async confirm(upload, job) {
      const options = textOf(upload.options);
      const record = await update(upload, (current) =>
        current?.job === job && current.options !== options ? { ...current, options } : undefined,
      );
      if (record && record.job !== job) throw uploadInProgress();
    },

    async redirect(upload, job, other) {
      const record = await update(upload, (current) =>
        current?.job === job ? { ...current, job: other } : undefined,
      );
      if (record && record.job !== other) throw uploadInProgress();
    },

    async release(upload, job) {
      const found = await jobs.find(job);
      if (found && found.status !== 'deleted') return;
      await update(upload, (current) => (current?.job === job ? { ...current, job: FREE } : undefined));
    },
  };
}

const textOf = (options: ConversionOptions | undefined): string =>
  options === undefined ? '' : canonicalOptions(options);

/** Whether the upload began a short time ago. The clock of another gateway may be ahead or behind. */
const isBeginning = ({ job, since }: KeyRecord): boolean =>
  job !== FREE && Math.abs(Date.now() - Date.parse(since)) < BEGINNING_MS;

/** A hash, because text of a user must not become a key of the store. */
const recordKey = (owner: string, key: string): string =>
  `idem:${createHash('sha256').update(`${owner}\n${key}`).digest('hex')}`;

export const uploadInProgress = (): AppError =>
  new AppError('upload_in_progress', 'an upload with this Idempotency-Key is running; try again shortly', {
    headers: { 'Retry-After': '5' },
  });

export const keyReused = () =>
  new AppError('idempotency_key_reused', 'this Idempotency-Key was used with other options; use a new one');

/** Returns the value of the header, or undefined where there is none. Throws `bad_request`. */
export function parseIdempotencyKey(header: string): string | undefined {
  if (header === '') return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new AppError(
      'bad_request',
      'Idempotency-Key must have 1 to 255 printable ASCII characters without blanks',
    );
  }
  return header;
}
