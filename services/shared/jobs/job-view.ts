import * as z from 'zod';
import { optionsView } from './conversion-options.ts';
import { FAILURES } from './failures.ts';
import { jobWarning } from './warnings.ts';

export const STATUSES = ['queued', 'converting', 'done', 'failed', 'cancelled'] as const;

export const track = z.object({
  index: z.number().int(),
  type: z.enum(['audio', 'video']),
  position: z.number().int().nullable().describe('position among the audio tracks, from 1'),
  codec: z.string(),
  duration_seconds: z.number().nullable(),
  language: z.string().nullable(),
  title: z.string().nullable(),
  channels: z.number().int().nullable(),
  selected: z.boolean().describe('whether this track became the MP3'),
});
export type Track = z.infer<typeof track>;

/** The film of which a client sent only the sound. The server has not seen it: this is what the client says. */
export const originalFile = z.object({
  size: z.number().int().positive().describe('bytes'),
  track: z.number().int().positive().describe('position of the audio track that was sent, from 1'),
});
export type OriginalFile = z.infer<typeof originalFile>;

/** What is stored of a file. */
export const kept = z.enum(['whole', 'sound']);
export type Kept = z.infer<typeof kept>;

const listOfFailures = Object.entries(FAILURES).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);

/** The public form of a job: what its owner sees. */
export const jobView = z.object({
  id: z.uuid(),
  status: z.enum(STATUSES),
  progress: z.number().min(0).max(1).describe('share of the audio that is converted'),
  eta_seconds: z
    .number()
    .nullable()
    .describe('seconds until the MP3, as far as can be estimated; null where too little is known'),
  queue: z
    .object({
      position: z.number().int().positive().describe('from 1: the number of jobs up to and with this one'),
      converters: z
        .number()
        .int()
        .nonnegative()
        .describe('converters that run; with 0 the job waits for one'),
    })
    .nullable()
    .default(null)
    .describe('where a queued job stands; null for any other job, and where it is not known'),
  filename: z.string(),
  options: optionsView,
  source: z.object({
    size: z.number().int().describe('bytes'),
    sha256: z.string(),
    duration_seconds: z.number().nullable(),
    tracks: z.array(track).nullable(),
    original: originalFile
      .nullable()
      .default(null)
      .describe('the film on the client, where only its sound was sent; `size` is then that of the sound'),
    kept: kept
      .default('whole')
      .describe(
        'what is stored of the file: with `sound`, its picture was left out, so that it cannot be converted again with cover=frame',
      ),
  }),
  mp3: z
    .object({ size: z.number().int().describe('bytes'), sha256: z.string(), duration_seconds: z.number() })
    .nullable()
    .describe(
      'the MP3 that can be downloaded. When a job is converted again, it is the earlier one until the job is done',
    ),
  warnings: z.array(jobWarning).describe('how the MP3 differs from what its owner may expect'),
  error: z
    .object({
      code: z.string().meta({
        description: `A stable code, for programs. Later versions may add codes.\n\n${listOfFailures.join('\n')}`,
        examples: Object.keys(FAILURES),
      }),
      detail: z.string().describe('a sentence for people'),
    })
    .nullable(),
  attempts: z.number().int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime().describe('the last change of the status or the progress, not of the name'),
  expires_at: z.iso.datetime(),
});
export type JobView = z.infer<typeof jobView>;
export type Source = JobView['source'];
export type Mp3 = NonNullable<JobView['mp3']>;
export type JobError = NonNullable<JobView['error']>;
