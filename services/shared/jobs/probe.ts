import * as z from 'zod';
import { optionsView } from './conversion-options.ts';
import { track } from './job-view.ts';
import { jobWarning } from './warnings.ts';

const MEBIBYTE = 1024 * 1024;

/**
 * The most bytes of the beginning and of the end of a file that a probe looks at. The index of an MP4 of two hours has 4 to 7 MiB,
 * and is in one of the two.
 */
export const MAX_END_BYTES = 8 * MEBIBYTE;

const seconds = z.number().nullable();

/** What a probe finds out. What is not known is null. */
export const probeResult = z.object({
  format: z.string().describe('ffmpeg’s names of the container; empty where it is not known'),
  complete: z
    .boolean()
    .describe(
      'Whether the parts of the file that were sent are enough. Where it is false, something of this answer is unknown: ' +
        'send more of the file',
    ),
  duration_seconds: seconds.describe('The length that the file states'),
  tracks: z.array(track).describe('`selected` is the one that the MP3 is made of'),
  sound: z
    .object({
      sample_rate: z.number().int().nullable().describe('Hz'),
      channels: z.number().int().nullable(),
    })
    .optional()
    .describe('The sound of the selected track. Absent where there is none'),
  tags: z
    .object({
      title: z.string(),
      artist: z.string(),
      album: z.string(),
      date: z.string(),
      track: z.string(),
      genre: z.string(),
      comment: z.string(),
    })
    .partial()
    .describe('The tags that the MP3 gets'),
  chapters: z
    .array(z.object({ start_seconds: z.number(), end_seconds: seconds, title: z.string().nullable() }))
    .describe('The chapters that the MP3 gets, on its own clock'),
  cover: z.boolean().describe('Whether the MP3 gets a cover'),
  options: optionsView.describe('The options of the conversion, with those of the preset'),
  expected: z
    .object({
      size: z.number().int().nullable().describe('Bytes of the MP3'),
      duration_seconds: seconds.describe('Length of the MP3'),
      seconds: seconds.describe('How long the conversion takes, once its turn has come'),
    })
    .describe('What is to be expected of a conversion with these options'),
  warnings: z.array(jobWarning).describe('The warnings that are known before the conversion'),
  error: z
    .object({ code: z.string(), detail: z.string() })
    .nullable()
    .describe('Why a job with this file and these options would fail, as far as that is known'),
});
export type ProbeResult = z.infer<typeof probeResult>;
