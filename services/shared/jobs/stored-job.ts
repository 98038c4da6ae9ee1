import { baseOf, type Job, type PreviousMp3 } from './job.ts';
import type { JobView, Kept, Mp3, OriginalFile, Source, Track } from './job-view.ts';

/**
 * The form in which a job is saved: one flat document for every status, with null where the status has no such value.
 * Its field names never change, so that services of two releases can share a store during a rolling upgrade.
 */
export interface StoredJob extends Omit<JobView, 'status' | 'warnings' | 'source' | 'queue'> {
  status: Job['status'];
  source: Omit<JobView['source'], 'tracks' | 'original' | 'kept'> & {
    tracks: StoredTrack[] | null;
    /** Absent in a job of an older release. */
    original?: OriginalFile | null;
    /** Absent in a job of an older release. */
    kept?: Kept;
  };
  /** Absent in a job of an older release, and where there is none. */
  warnings?: JobView['warnings'];
  owner: string;
  email: string;
  trace_id: string;
  /** Blob id of the video. */
  video: string;
  /** Blob id of the MP3. */
  audio: string | null;
  /** Id of the attempt that has the lease. */
  attempt: string | null;
  /** Blob ids of lost attempts. */
  litter: string[];
  /** Generation. */
  run: number;
  /** Infrastructure failures. */
  outages: number;
  download_url: string;
  /** Absent in a job of an older release, and where nobody has renamed it. */
  renamed_at?: string;
  /** The MP3 of an earlier generation. Absent in a job of an older release, and where there is none. */
  previous?: StoredMp3;
}

interface StoredMp3 extends Omit<PreviousMp3, 'mp3BlobId'> {
  mp3: Mp3;
  /** Blob id of the MP3. */
  audio: string;
}

/** A track. The optional fields are absent in a job of an older release. */
type StoredTrack = Omit<Track, NewTrackField> & Partial<Pick<Track, NewTrackField>>;
type NewTrackField = 'position' | 'title' | 'channels' | 'selected';

/** Returns the form in which the job is saved. */
export function toStoredJob(job: Job): StoredJob {
  const { videoBlobId, orphanedBlobs, generation, infrastructureFailures, previous, ...common } = baseOf(job);
  return {
    ...common,
    video: videoBlobId,
    litter: orphanedBlobs,
    run: generation,
    outages: infrastructureFailures,
    ...{ progress: 0, eta_seconds: null, mp3: null, error: null, audio: null, attempt: null },
    ...statusFields(job),
    ...(previous && { previous: toStoredMp3(previous) }),
  };
}

const toStoredMp3 = ({ mp3BlobId, ...rest }: PreviousMp3): StoredMp3 => ({ ...rest, audio: mp3BlobId });
const fromStoredMp3 = ({ audio, ...rest }: StoredMp3): PreviousMp3 => ({ ...rest, mp3BlobId: audio });

function statusFields(job: Job): Pick<StoredJob, 'status'> & Partial<StoredJob> {
  const { status } = job;
  switch (status) {
    case 'converting':
      return { status, progress: job.progress, eta_seconds: job.eta_seconds, attempt: job.attemptId };
    case 'done':
      return {
        ...{ status, progress: 1, mp3: job.mp3, audio: job.mp3BlobId },
        ...(job.warnings.length > 0 && { warnings: job.warnings }),
      };
    case 'failed':
      return { status, progress: job.progress, error: job.error };
    case 'cancelled':
      return { status, progress: job.progress };
    default:
      return { status };
  }
}

/** Throws a `TypeError` for a document that is damaged. */
export function fromStoredJob(stored: StoredJob): Job {
  const { status, progress, video, litter, run, outages, previous, ...common } = stored;
  const base = baseOf({
    ...common,
    ...(previous && { previous: fromStoredMp3(previous) }),
    source: fromStoredSource(stored.source),
    videoBlobId: video,
    orphanedBlobs: litter,
    generation: run,
    infrastructureFailures: outages,
  });
  switch (status) {
    case 'uploading':
    case 'queued':
    case 'deleted':
      return { ...base, status };
    case 'converting':
      return {
        ...base,
        status,
        progress,
        eta_seconds: stored.eta_seconds,
        attemptId: required(stored, 'attempt'),
      };
    case 'done':
      return {
        ...{ ...base, status, mp3: required(stored, 'mp3'), mp3BlobId: required(stored, 'audio') },
        warnings: stored.warnings ?? [],
      };
    case 'failed':
      return { ...base, status, progress, error: required(stored, 'error') };
    case 'cancelled':
      return { ...base, status, progress };
    default:
      throw new TypeError(`a stored job has the status ${JSON.stringify(status)}`);
  }
}

const fromStoredSource = ({
  tracks,
  original = null,
  kept = 'whole',
  ...source
}: StoredJob['source']): Source => ({
  ...source,
  original,
  kept,
  tracks:
    tracks?.map((track) => ({ position: null, title: null, channels: null, selected: false, ...track })) ??
    null,
});

function required<Name extends keyof StoredJob>(stored: StoredJob, name: Name): NonNullable<StoredJob[Name]> {
  const value = stored[name];
  if (value === null || value === undefined)
    throw new TypeError(`a stored job that is ${stored.status} has no ${name}`);
  return value;
}
