import { createHash } from 'node:crypto';
import { type ConversionOptions, isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

/** A key whose job is not there yet belongs to an upload that has just begun, or died before its first byte. */
const BEGINNING_MS = 60_000;
const MAX_TRIES = 5;
/**
 * The job of a key that nobody uses. Its record is gone soon, or refused uploads would fill the store with keys; but not
 * while its upload may be tried again: MongoDB refuses for a minute to create a key that has just expired.
 */
const FREE = '';
const FREE_SECONDS = 3600;

interface KeyRecord {
  job: string;
  options: string;
  /** When the upload began, by the clock of its gateway. */
  since: string;
}

export interface KeyedUpload {
  owner: string;
  /** The client's `Idempotency-Key`. */
  key: string;
  options: ConversionOptions;
}

/** One key of one user is one job, however often it is sent. @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
export interface Idempotency {
  /**
   * The job that the key has made already, or undefined: then the key is this upload's, with the id `job`.
   * Throws `upload_in_progress` and `idempotency_key_reused`.
   */
  claim(upload: KeyedUpload, job: string): Promise<Job | undefined>;
  /** Throws `upload_in_progress` when another upload has taken the key over. */
  confirm(upload: KeyedUpload, job: string): Promise<void>;
  /** The key leads to another job from now on. Throws as `confirm` does. */
  redirect(upload: KeyedUpload, job: string, other: string): Promise<void>;
  /** The upload failed: the key is free, unless its job may still come. */
  release(upload: KeyedUpload, job: string): Promise<void>;
}

export function createIdempotency(state: StateStore, jobs: JobStore, ttlSeconds: number): Idempotency {
  const update = (
    { owner, key }: KeyedUpload,
    change: (current: KeyRecord | undefined) => KeyRecord | undefined,
  ) =>
    updateDocument<KeyRecord>(state, recordKey(owner, key), change, {
      ttlSeconds: ({ job }) => (job === FREE ? FREE_SECONDS : ttlSeconds),
    });

  return {
    async claim(upload, job) {
      const options = JSON.stringify(upload.options);
      const mine = { job, options, since: new Date().toISOString() };
      let dead: string | undefined;
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const record = await update(upload, (current) =>
          current === undefined || current.job === dead ? mine : undefined,
        );
        if (!record || record.job === job) return undefined;
        const found = await jobs.find(record.job);
        if (found && isVisible(found)) {
          if (record.options !== options) throw reused();
          return found;
        }
        if (found?.status === 'uploading' || (!found && isBeginning(record))) throw inProgress();
        dead = record.job;
      }
      throw inProgress();
    },

    async confirm(upload, job) {
      const record = await update(upload, () => undefined);
      if (record && record.job !== job) throw inProgress();
    },

    async redirect(upload, job, other) {
      const record = await update(upload, (current) =>
        current?.job === job ? { ...current, job: other } : undefined,
      );
      if (record && record.job !== other) throw inProgress();
    },

    async release(upload, job) {
      const found = await jobs.find(job);
      if (found && found.status !== 'deleted') return;
      await update(upload, (current) => (current?.job === job ? { ...current, job: FREE } : undefined));
    },
  };
}

/** The clocks of two gateways may differ either way. */
const isBeginning = ({ job, since }: KeyRecord): boolean =>
  job !== FREE && Math.abs(Date.now() - Date.parse(since)) < BEGINNING_MS;

/** Never the user's text: a key of the store is ours. */
const recordKey = (owner: string, key: string): string =>
  `idem:${createHash('sha256').update(`${owner}\n${key}`).digest('hex')}`;

const inProgress = () =>
  new AppError('upload_in_progress', 'an upload with this Idempotency-Key is under way; ask again shortly', {
    headers: { 'Retry-After': '5' },
  });

const reused = () =>
  new AppError('idempotency_key_reused', 'this Idempotency-Key was used with other options; take a new one');

/** The header's value, printable ASCII; undefined where there is none. */
export function parseIdempotencyKey(header: string): string | undefined {
  if (header === '') return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new AppError('bad_request', 'Idempotency-Key has 1 to 255 printable ASCII characters, no blanks');
  }
  return header;
}
