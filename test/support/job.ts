import { randomUUID } from 'node:crypto';
import { orderOf } from '../../services/shared/job-index/shard.ts';
import type { DoneJob, FailedJob, Job } from '../../services/shared/jobs/job.ts';
import type { JobError, Mp3 } from '../../services/shared/jobs/job-view.ts';

export const OWNER = {
  id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10',
  email: 'ann@example.com',
  group: 'user' as const,
};

type WithStatus<Status extends Job['status']> = Extract<Job, { status: Status }>;

/** A job as the gateway makes it, apart from the given fields. It is queued, unless another status is given. */
export function newJob<Status extends Job['status'] = 'queued'>(
  fields: { status?: Status } & Partial<Omit<WithStatus<Status>, 'status'>> = {},
): WithStatus<Status> {
  const id = fields.id ?? randomUUID();
  const now = new Date().toISOString();
  const { status = 'queued' as Status } = fields;
  const job = {
    id,
    filename: 'Ferien.mp4',
    options: { quality: 2 },
    source: {
      size: 1234,
      sha256: 'ab'.repeat(32),
      duration_seconds: null,
      tracks: null,
      original: null,
      kept: 'whole',
    },
    attempts: 0,
    created_at: now,
    updated_at: now,
    expires_at: new Date(Date.now() + 3600_000).toISOString(),
    owner: OWNER.id,
    email: OWNER.email,
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    videoBlobId: randomUUID(),
    orphanedBlobs: [],
    generation: 1,
    infrastructureFailures: 0,
    download_url: `http://localhost:8080/download/${id}?expires=1&signature=secret-signature`,
    ...statusFields(status),
    ...fields,
    status,
  };
  return job as object as WithStatus<Status>;
}

function statusFields(status: Job['status']): object {
  if (status === 'converting')
    return { attemptId: randomUUID(), progress: 0, eta_seconds: null, attempts: 1 };
  if (status === 'done') {
    const mp3 = { size: 1000, sha256: 'cd'.repeat(32), duration_seconds: 12.5 };
    return { attempts: 1, mp3BlobId: randomUUID(), mp3, warnings: [] };
  }
  if (status === 'failed')
    return { progress: 0, error: { code: 'no_audio', detail: 'there is no sound in it' } };
  return status === 'cancelled' ? { progress: 0 } : {};
}

export const done = (fields: Partial<Omit<DoneJob, 'status'>> = {}): DoneJob =>
  newJob({ ...fields, status: 'done' });

export const failed = (fields: Partial<Omit<FailedJob, 'status'>> = {}): FailedJob =>
  newJob({ ...fields, status: 'failed' });

/** A job with null for every field that its status does not have, so that a test can compare any of them. */
export type FlatJob = Job & {
  progress: number;
  eta_seconds: number | null;
  mp3: Mp3 | null;
  error: JobError | null;
  mp3BlobId: string | null;
  attemptId: string | null;
};

export const flat = (job: Job): FlatJob => {
  const absent = { eta_seconds: null, mp3: null, error: null, mp3BlobId: null, attemptId: null };
  return { progress: job.status === 'done' ? 1 : 0, ...absent, ...job } as FlatJob;
};

/** Ids in the order in which failed jobs are listed: by their last digits first. */
export const inListOrder = (jobs: readonly Pick<Job, 'id'>[]): string[] =>
  jobs.map(({ id }) => id).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));

const past = new Date(Date.now() - 1000).toISOString();

/** Jobs that are stored and do not exist for anybody outside. */
export const HIDDEN: [what: string, job: Job][] = [
  ['being uploaded', newJob({ status: 'uploading' })],
  ['deleted', newJob({ status: 'deleted' })],
  ['expired', done({ expires_at: past })],
  ['failed and expired', failed({ expires_at: past })],
  ['deleted and expired', newJob({ status: 'deleted', expires_at: past })],
];
