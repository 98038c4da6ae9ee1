import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { guarded, serviceEnvironment, wholeNumber } from '../shared/config.ts';

const HOUR = 3600;
/** Node's timers end at 2^31 ms; of more they make one millisecond. */
const MAX_TIMER_HOURS = 596;

export const converterEnvironment = guarded(
  serviceEnvironment.extend({
    /** Conversions at a time, of one core each; one that is alone borrows the cores of the others. */
    CONCURRENCY: wholeNumber(availableParallelism(), { min: 1, max: 256 }),
    /** On a disk with room for CONCURRENCY videos; not shared by containers, whose process ids are alike. */
    SPOOL_DIR: z.string().min(1).default(join(tmpdir(), 'mp3converter-spool')),
    /** A job whose converter has not been heard of for this long is taken over. */
    LEASE_SECONDS: wholeNumber(20, { min: 4, max: 600 }),
    /** Attempts that broke off for a reason that may be the video. */
    MAX_ATTEMPTS: wholeNumber(5, { min: 1, max: 100 }),
    /** Attempts that broke off because the store was away, or the disk full. */
    MAX_OUTAGES: wholeNumber(60, { min: 1, max: 10_000 }),
    /** Length of the audio. */
    MAX_DURATION_SECONDS: wholeNumber(12 * HOUR, { min: 1, max: 1000 * HOUR }),
    /** Wall clock of one conversion. */
    MAX_CONVERT_SECONDS: wholeNumber(6 * HOUR, { min: 1, max: MAX_TIMER_HOURS * HOUR }),
    FFMPEG_PATH: z.string().min(1).default('ffmpeg'),
    FFPROBE_PATH: z.string().min(1).default('ffprobe'),
  }),
);

export type ConverterConfig = z.output<typeof converterEnvironment>;
