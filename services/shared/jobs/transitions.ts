import { AppError, isAppError } from '../runtime/errors.ts';
import { isFinal, type Job, missing } from './job.ts';

/**
 * What may become of a job, as changes for `JobStore.update`: each looks at the job as it is stored and throws where its
 * status forbids the change, so that whoever comes late changes nothing. `undefined` leaves the job as it is.
 */
type Change<Args extends unknown[]> = (...args: Args) => (job: Job) => Job | undefined;

const touch = (job: Job, fields: Partial<Job>): Job => ({
  ...job,
  ...fields,
  updated_at: new Date().toISOString(),
});

const forbidden = ({ status }: Job, what: string): AppError =>
  new AppError('state_conflict', `the job is ${status}: it cannot be ${what}`);

const withoutAttempt = ({ attempt, litter }: Job) => ({
  attempt: null,
  litter: attempt === null || litter.includes(attempt) ? litter : [...litter, attempt],
  eta_seconds: null,
});

/** Thrown to an upload or an attempt that the job does not belong to any more. */
export class LostAttempt extends Error {
  constructor() {
    super('the job was cancelled, deleted, or taken over');
  }
}

/** The job is not this attempt's any more. */
export const isLost = (error: unknown): boolean =>
  error instanceof LostAttempt || isAppError(error, 'not_found');

/** A change that only the upload may make which the job waits for. */
export const uploading: Change<[fields: Partial<Job>]> = (fields) => (job) => {
  if (job.status !== 'uploading') throw new LostAttempt();
  return touch(job, fields);
};

/** The job as a new attempt takes it. */
export const claimed: Change<[attempt: string]> = (attempt) => (job) => {
  if (job.status === 'uploading' || job.status === 'deleted') throw missing();
  if (isFinal(job)) throw forbidden(job, 'converted');
  if (job.attempt === attempt) return undefined;
  return touch(job, {
    ...withoutAttempt(job),
    status: 'converting',
    attempt,
    attempts: job.attempts + 1,
    progress: 0,
  });
};

/** A change that only the attempt may make which holds the job. */
export const held: Change<[attempt: string, fields: Partial<Job>]> = (attempt, fields) => (job) => {
  if (job.status !== 'converting' || job.attempt !== attempt) throw new LostAttempt();
  return touch(job, fields);
};

/** The end of the attempt that holds the job, with its MP3. */
export const finished: Change<[attempt: string, fields: Partial<Job>]> = (attempt, fields) => (job) =>
  held(attempt, { error: null, ...fields, status: 'done', progress: 1, attempt: null, eta_seconds: null })(
    job,
  );

/** The end of the attempt that holds the job, without an MP3: for good, or `queued` for the next. */
export const ended: Change<[attempt: string, fields: Partial<Job> & Pick<Job, 'status'>]> =
  (attempt, fields) => (job) =>
    held(attempt, { ...fields, ...withoutAttempt(job), ...(fields.status === 'queued' && { progress: 0 }) })(
      job,
    );

export const cancelled: Change<[]> = () => (job) => {
  if (job.status === 'cancelled') return undefined;
  if (job.status !== 'queued' && job.status !== 'converting') throw forbidden(job, 'cancelled');
  return touch(job, { ...withoutAttempt(job), status: 'cancelled' });
};

/** Whoever works on it all the same comes too late. */
export const overdue: Change<[]> = () => (job) => {
  if (job.status !== 'queued' && job.status !== 'converting') return undefined;
  const detail = 'it could not be converted in the time for which it is kept';
  return touch(job, { ...withoutAttempt(job), status: 'failed', error: { code: 'gave_up', detail } });
};

/** Each may leave blobs behind, and their names are kept in the job. */
const MAX_RUNS = 100;

/** A person asks for another run; one that is under way is what was asked for. */
export const retried: Change<[]> = () => (job) => {
  if (job.status === 'queued' || job.status === 'converting') return undefined;
  if (job.status !== 'failed' && job.status !== 'cancelled') throw forbidden(job, 'retried');
  if (job.run >= MAX_RUNS)
    throw new AppError('state_conflict', `the job was tried ${MAX_RUNS} times: upload the video again`);
  const fresh = { error: null, progress: 0, eta_seconds: null, attempts: 0, outages: 0 };
  return touch(job, { ...fresh, status: 'queued', run: job.run + 1 });
};

/** Longer than any save of the job can be under way. */
const TOMBSTONE_MS = 24 * 3600_000;

/** The tombstone: no save that comes late brings the job back, and what it names can still be swept. */
export const deleted: Change<[]> = () => (job) => {
  const { litter, ...rest } = withoutAttempt(job);
  const expires = Math.min(Date.parse(job.expires_at), Date.now() + TOMBSTONE_MS);
  return touch(job, {
    ...rest,
    status: 'deleted',
    expires_at: new Date(expires).toISOString(),
    litter: job.audio === null ? litter : [...litter, job.audio],
    audio: null,
    mp3: null,
    error: null,
    source: { size: 0, sha256: '', duration_seconds: null, tracks: null },
    filename: '',
    email: '',
    download_url: '',
  });
};
