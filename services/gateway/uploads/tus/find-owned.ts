import { isJobId, isVisible, type Job } from '../../../shared/jobs/job.ts';
import type { JobStore } from '../../../shared/jobs/job-store.ts';
import { AppError } from '../../../shared/runtime/errors.ts';
import type { User } from '../../accounts/user.ts';
import {
  isUploadExpired,
  isWhole,
  type UploadRecord,
  type UploadRecords,
  uploadNotFound,
} from './upload-record.ts';

interface Ports {
  records: Pick<UploadRecords, 'find'>;
  jobs: Pick<JobStore, 'find'>;
}

export interface FoundUpload {
  record: UploadRecord;
  /** The job of an upload that is finished. */
  job: Job | undefined;
}

/** Returns the id. Throws `not_found` for a text that is no id, which must not become a key of the store. */
export function parseUploadId(text: string | undefined): string {
  // Upload ids have the form of job ids.
  if (text === undefined || !isJobId(text)) throw uploadNotFound();
  return text;
}

/**
 * Finds an upload of the user. Throws `not_found`, also for the upload of another user and for one whose job is gone, and
 * `expired`.
 */
export async function findOwnedUpload(id: string, { id: owner }: User, ports: Ports): Promise<FoundUpload> {
  const record = await ports.records.find(id);
  if (record?.owner !== owner) throw uploadNotFound();
  const found = await findLiveUpload(record, ports);
  if (found) return found;
  if (record.status === 'open') throw uploadExpired();
  throw uploadNotFound();
}

/** Returns the upload with its job, or undefined where it was removed, has expired, or has a job that is gone. */
export async function findLiveUpload(
  record: UploadRecord,
  { jobs }: Pick<Ports, 'jobs'>,
): Promise<FoundUpload | undefined> {
  if (record.status === 'accepting') return { record, job: undefined };
  // An upload that is whole does not expire any more: the next request or the sweep makes its job.
  if (record.status === 'open')
    return isUploadExpired(record) && !isWhole(record) ? undefined : { record, job: undefined };
  const job =
    record.status === 'finished' && record.accepted ? await jobs.find(record.accepted.job) : undefined;
  return job && isVisible(job) ? { record, job } : undefined;
}

const uploadExpired = (): AppError =>
  new AppError('expired', 'this upload was not finished in time, and has expired: send the file again');
