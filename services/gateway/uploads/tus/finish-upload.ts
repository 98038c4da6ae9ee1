import type { Job } from '../../../shared/jobs/job.ts';
import type { JobStore } from '../../../shared/jobs/job-store.ts';
import { acceptUpload } from '../../../shared/jobs/transitions.ts';
import { isAppError, unavailable } from '../../../shared/runtime/errors.ts';
import { acceptStored } from '../accept-stored.ts';
import { draftJob } from '../draft-job.ts';
import { type KeyClaim, openClaim } from '../key-claim.ts';
import { requireMedia } from '../open-media.ts';
import { removeUpload } from './remove-upload.ts';
import { isWhole, type UploadRecord } from './upload-record.ts';
import type { ResumablePorts } from './uploads.ts';
import { withLock } from './with-lock.ts';

/**
 * Makes a whole upload a job, as POST /upload does. It is idempotent, also after a crash in its middle: the record tells how far
 * it has come. Whoever calls it has the lock of the upload. Throws `empty_file` or `not_media`, after which the upload is gone.
 */
export async function finishUpload(record: UploadRecord, ports: ResumablePorts): Promise<UploadRecord> {
  if (record.status === 'open') return acceptUploaded(record, ports);
  if (record.status === 'accepting') return settle(record, ports);
  return record;
}

async function acceptUploaded(record: UploadRecord, ports: ResumablePorts): Promise<UploadRecord> {
  const { blobs } = ports;
  await refuseUnlessMedia(record, ports);
  const expires = new Date(record.blob_expires_at);
  const { size, sha256 } = await blobs.complete(record.blob, record.checkpoint, { expires });
  let decided = record;
  const decide = async (job: string) => {
    decided = await saveDecision(record, { job, sha256 }, ports);
  };
  const { options, group = 'user' } = record;
  const job = await acceptStored(
    {
      ...{ draft: draftOf(record, ports), owner: { id: record.owner, group }, size, sha256, options },
      confirm: claimOf(record, ports).confirm,
      async accept() {
        await decide(record.job);
        return saveJob(decided, ports);
      },
      async withdraw(earlier) {
        await decide(earlier.id);
        await blobs.delete(record.blob);
      },
    },
    ports,
  );
  return saveFinished(decided, job.id, ports);
}

/** Goes on after a crash that followed the decision. */
async function settle(record: UploadRecord, ports: ResumablePorts): Promise<UploadRecord> {
  const { accepted, blob, job: own } = record;
  if (accepted?.job !== own) {
    await ports.blobs.delete(blob);
    return saveFinished(record, accepted?.job ?? own, ports);
  }
  const job = await saveJob(record, ports);
  if (job.status === 'queued') ports.publishVideo(job);
  return saveFinished(record, job.id, ports);
}

/** Looks at a file that was too short for a verdict until its end had come. */
async function refuseUnlessMedia(record: UploadRecord, ports: ResumablePorts): Promise<void> {
  if (record.is_media) return;
  // A file that is not certain to be media is shorter than a chunk, so that its tail is all of it.
  const head = await ports.blobs.readTail(record.blob, record.checkpoint);
  try {
    requireMedia(head);
  } catch (error) {
    await removeUpload(record, ports);
    throw error;
  }
  // After a crash, the tail may be gone, because it is a chunk of the complete blob.
  await ports.records.update(record.id, (current) => ({ ...current, is_media: true }));
}

/** Saves what the upload becomes. After that, nothing can remove it, and nobody can decide otherwise. */
async function saveDecision(
  { id }: UploadRecord,
  accepted: NonNullable<UploadRecord['accepted']>,
  { records }: ResumablePorts,
): Promise<UploadRecord> {
  const decided = await records.update(id, (current) =>
    current.status === 'open' ? { ...current, status: 'accepting', accepted } : undefined,
  );
  // Only after this process was suspended for so long that another one got the lock.
  if (decided.accepted?.job !== accepted.job) throw unavailable('the upload');
  return decided;
}

/** Saves the job, or finds it where an earlier try has saved it. From here on it is not lost. */
async function saveJob(record: UploadRecord, ports: ResumablePorts): Promise<Job> {
  const { jobs, index, heartbeatMs } = ports;
  const { owner, job: id, options, checkpoint, accepted } = record;
  const draft = draftOf(record, ports);
  const source = { ...draft.source, size: checkpoint.offset, sha256: accepted?.sha256 ?? '' };
  const job = acceptUpload({ source, options })(draft) ?? draft;
  const startedAt = performance.now();
  await index.addActive(owner, id);
  const saved = await createOrFind(job, jobs);
  // If this process was suspended meanwhile, the sweep may have removed the entry, because there was no job for it.
  if (performance.now() - startedAt > heartbeatMs) await index.addActive(owner, id);
  // Whoever lists jobs drops an entry without a job for good.
  await index.addOwned(owner, id);
  return saved;
}

/** Returns the job of an earlier try where there is one. */
async function createOrFind(job: Job, jobs: JobStore): Promise<Job> {
  try {
    await jobs.create(job);
    return job;
  } catch (error) {
    if (!isAppError(error, 'state_conflict')) throw error;
    return (await jobs.find(job.id)) ?? job;
  }
}

async function saveFinished(record: UploadRecord, job: string, ports: ResumablePorts): Promise<UploadRecord> {
  await claimOf(record, ports).complete({ id: job });
  const finished = await ports.records.update(record.id, (current) =>
    current.status === 'accepting'
      ? {
          ...current,
          status: 'finished',
          writer: null,
          expires_at: new Date(Date.now() + ports.uploadExpirySeconds * 1000).toISOString(),
        }
      : undefined,
  );
  const { id, trace_id, size } = record;
  ports.log.info({ job_id: job, upload_id: id, trace_id, size }, 'video accepted');
  return finished;
}

const draftOf = (
  { owner, email, group = 'user', trace_id, job, filename, original, blob }: UploadRecord,
  ports: ResumablePorts,
) =>
  draftJob(
    { id: job, user: { id: owner, email, group }, traceId: trace_id, filename, original, videoBlobId: blob },
    ports,
  );

const claimOf = (
  { owner, key, options, job }: UploadRecord,
  { idempotency, log }: ResumablePorts,
): KeyClaim => openClaim(idempotency, { owner, key: key ?? undefined, options }, job, log);

/** Finishes a whole upload whose last request could not. Waits for its lock. Throws as {@link finishUpload} does. */
export async function finishUnderLock(id: string, ports: ResumablePorts): Promise<void> {
  await withLock(id, ports, async () => {
    const record = await ports.records.find(id);
    if (record && isWhole(record)) await finishUpload(record, ports);
  });
}
