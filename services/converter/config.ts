import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { callerCheck, eventSecrets } from '../shared/contract/event-secret.ts';
import {
  blobEnvironment,
  type RenamedVariables,
  requireTokenUnlessLoopback,
  serviceEnvironment,
  wholeNumber,
} from '../shared/runtime/config.ts';

const HOUR = 3600;
/** Node timers overflow above 2^31 − 1 ms and then fire after 1 ms. */
const MAX_TIMER_HOURS = 596;

export const renamedVariables: RenamedVariables = { MAX_OUTAGES: 'MAX_INFRASTRUCTURE_FAILURES' };

export const converterEnvironment = requireTokenUnlessLoopback(
  serviceEnvironment.extend({
    ...blobEnvironment,
    /** Signs events and calls between the services. Every service needs the same secret. */
    EVENT_SECRET: eventSecrets,
    CALLER_CHECK: callerCheck,
    /** How many conversions run at a time, with one core each. A single conversion also uses the idle cores. */
    CONCURRENCY: wholeNumber(availableParallelism(), { min: 1, max: 256 }),
    /** Needs room for CONCURRENCY videos. Containers must not share it, because their process ids are the same. */
    SPOOL_DIR: z.string().min(1).default(join(tmpdir(), 'mp3converter-spool')),
    /** A job without a heartbeat for this long is taken over by another converter. */
    LEASE_SECONDS: wholeNumber(20, { min: 4, max: 600 }),
    /** How many attempts may fail for a reason that may lie in the video. */
    MAX_ATTEMPTS: wholeNumber(5, { min: 1, max: 100 }),
    /** How many attempts may fail because the store was unavailable or the disk was full. */
    MAX_INFRASTRUCTURE_FAILURES: wholeNumber(60, { min: 1, max: 10_000 }),
    /** Limit of the length of the sound. */
    MAX_DURATION_SECONDS: wholeNumber(12 * HOUR, { min: 1, max: 1000 * HOUR }),
    /** Limit of the wall-clock time of one conversion. */
    MAX_CONVERT_SECONDS: wholeNumber(6 * HOUR, { min: 1, max: MAX_TIMER_HOURS * HOUR }),
    /** Whether a single conversion uses the idle cores too. */
    ENCODE_PARALLEL: z
      .enum(['true', 'false'])
      .default('true')
      .transform((value) => value === 'true'),
    /** Whether it does so at a constant bit rate too. */
    PARALLEL_CBR: z.enum(['on', 'off']).default('on'),
    /** Whether an idle converter begins with videos that are still being uploaded. */
    EARLY_CONVERSION: z.enum(['on', 'off']).default('on'),
    FFMPEG_PATH: z.string().min(1).default('ffmpeg'),
    FFPROBE_PATH: z.string().min(1).default('ffprobe'),
    /** Whether ffmpeg and ffprobe run in a sandbox: `auto` takes what there is, `required` refuses to start without. */
    SANDBOX: z.enum(['required', 'auto', 'off']).default('auto'),
    /** Files and folders that the tools may read beside the libraries of the system, with colons between them. */
    SANDBOX_READ: z
      .string()
      .regex(/^\/[^:]*(:\/[^:]*)*$/, 'has to hold absolute paths with colons between them')
      .optional(),
  }),
);

export type ConverterConfig = z.output<typeof converterEnvironment>;

/** Times that follow from the configuration, in ms. */
export const timesOf = (env: Pick<ConverterConfig, 'LEASE_SECONDS'>) => ({
  leaseMs: env.LEASE_SECONDS * 1000,
  pollMs: 500,
  /** A second delivery of a job that is being converted is answered after about two heartbeats. */
  beatMs: 1000,
  /**
   * How long the save that ends an attempt is retried. It may preserve hours of work, and without a store there is nothing
   * else to do.
   */
  saveRetryMs: 10 * 60_000,
});
