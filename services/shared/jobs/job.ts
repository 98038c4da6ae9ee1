import { z } from 'zod';
import { AppError } from '../runtime/errors.ts';

export const STATUSES = ['queued', 'converting', 'done', 'failed', 'cancelled'] as const;

/** kbps of MPEG-1 Layer III (ISO 11172-3, table 2.4.2.3); LAME would silently take the nearest of another. */
export const BITRATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] as const;

/** How the MP3 is to be made. `bitrate` (constant, kbps) and `quality` (LAME's VBR, 0 best to 9) exclude each other. */
export const conversionOptions = z.union([
  z.object({ bitrate: z.literal(BITRATES) }).strict(),
  z.object({ quality: z.number().int().min(0).max(9) }).strict(),
]);
export type ConversionOptions = z.infer<typeof conversionOptions>;
export const DEFAULT_OPTIONS: ConversionOptions = { quality: 2 };

const track = z.object({
  index: z.number().int(),
  type: z.enum(['audio', 'video']),
  codec: z.string(),
  duration_seconds: z.number().nullable(),
  language: z.string().nullable(),
});

/** What the owner of a job sees of it. */
export const jobView = z.object({
  id: z.uuid(),
  status: z.enum(STATUSES),
  progress: z.number().min(0).max(1).describe('share of the audio that is converted'),
  eta_seconds: z.number().nullable(),
  filename: z.string(),
  options: conversionOptions,
  source: z.object({
    size: z.number().int().describe('bytes'),
    sha256: z.string(),
    duration_seconds: z.number().nullable(),
    tracks: z.array(track).nullable(),
  }),
  mp3: z
    .object({ size: z.number().int().describe('bytes'), sha256: z.string(), duration_seconds: z.number() })
    .nullable(),
  error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  attempts: z.number().int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});
export type JobView = z.infer<typeof jobView>;
export type Source = JobView['source'];

/** A job as it is stored: what the owner sees, and what the services need to work on it. */
export interface Job extends Omit<JobView, 'status'> {
  /** `uploading` is the intent of an upload, `deleted` a tombstone: for everybody outside, neither exists. */
  status: JobView['status'] | 'uploading' | 'deleted';
  /** User id. */
  owner: string;
  email: string;
  trace_id: string;
  /** Blob ids. */
  video: string;
  audio: string | null;
  /** The attempt that holds the job while it is `converting`; changes with each, so that a late one is refused. Its MP3 has this id as well. */
  attempt: string | null;
  /** Attempts that made no MP3 of this job, or lost it: blobs that may exist and that nobody needs. */
  litter: string[];
  /** Which conversion this is, from 1: each retry by a person begins one, and its outcome is what is to be told from then on. */
  run: number;
  /** How often a service that the conversion needs was away; no fault of the video, so not among `attempts`. */
  outages: number;
  /** Signed for this job; goes into the mail. */
  download_url: string;
}

export const isFinal = ({ status }: Pick<Job, 'status'>): boolean =>
  status === 'done' || status === 'failed' || status === 'cancelled';

/** Or will be, in so many milliseconds. */
export const isExpired = ({ expires_at }: Pick<Job, 'expires_at'>, inMs = 0): boolean =>
  Date.parse(expires_at) <= Date.now() + inMs;

/** Whether the job exists for anybody outside. */
export const isVisible = (job: Job): boolean =>
  job.status !== 'uploading' && job.status !== 'deleted' && !isExpired(job);

/** Only what the owner may see: internal fields are left out by naming those that are shown. */
export const viewOf = (job: Job): JobView => jobView.parse(job);

/** The blobs that may exist and that nobody needs: all of a job that was deleted or has expired, of another those of its lost attempts. */
export function unneededBlobs(job: Job): string[] {
  const { status, video, audio, attempt, litter } = job;
  if (status !== 'deleted' && !isExpired(job)) return litter.filter((blob) => blob !== audio);
  return [video, ...litter, ...[audio, attempt].filter((blob) => blob !== null)];
}

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Whether the text may be a job's id: a UUID as we write them. */
export const isJobId = (text: string): boolean => ID.test(text);

export const missing = (): AppError => new AppError('not_found', 'there is no such job');
