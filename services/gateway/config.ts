import { z } from 'zod';
import { guarded, type RenamedVariables, serviceEnvironment, wholeNumber } from '../shared/runtime/config.ts';

const GIB = 1024 ** 3;
const DAY = 24 * 3600;

export const renamedVariables: RenamedVariables = { SILENT_SECONDS: 'STALL_SECONDS' };

export const environment = guarded(
  serviceEnvironment.extend({
    /** Where the gateway is reached from outside; the links in mails start with it. */
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8080'),
    /** Signs the links in mails; every replica needs the same. */
    LINK_SECRET: z.string().min(32),
    TOKEN_ISSUER: z.string().min(1).default('mp3converter'),
    TOKEN_AUDIENCE: z.string().min(1).default('mp3converter'),
    MAX_UPLOAD_BYTES: wholeNumber(4 * GIB - 1024 ** 2, { min: 1 }),
    /** Lets an operator see, retry and drop failed jobs; without it nobody can. */
    OPERATOR_TOKEN: z.string().min(32).optional(),
    /** How long MP3 and job are kept, and the video of a job that is not done. */
    RETENTION_SECONDS: wholeNumber(7 * DAY, { min: 60, max: 365 * DAY }),
    /** How long a video is kept after its job is done; 0: it is deleted at once. Never longer than the job. */
    KEEP_VIDEO_SECONDS: wholeNumber(3600, { max: 365 * DAY }),
    /** Of this process at a time, and of one user among them. */
    MAX_UPLOADS: wholeNumber(64, { min: 1, max: 10_000 }),
    MAX_UPLOADS_PER_USER: wholeNumber(8, { min: 1, max: 10_000 }),
    /** The same for downloads and for event streams. */
    MAX_DOWNLOADS: wholeNumber(64, { min: 1, max: 10_000 }),
    MAX_DOWNLOADS_PER_USER: wholeNumber(8, { min: 1, max: 10_000 }),
    MAX_EVENT_STREAMS: wholeNumber(256, { min: 1, max: 10_000 }),
    MAX_EVENT_STREAMS_PER_USER: wholeNumber(32, { min: 1, max: 10_000 }),
    /** Jobs that are neither done, failed nor cancelled: in all, and of one user. */
    MAX_UNFINISHED: wholeNumber(10_000, { min: 1, max: 100_000 }),
    MAX_UNFINISHED_PER_USER: wholeNumber(1_000, { min: 1, max: 100_000 }),
    SWEEP_SECONDS: wholeNumber(15, { min: 1, max: 3600 }),
    /** A job on which nothing moved for this long is published again, an upload given up; longer than a converter's lease. */
    STALL_SECONDS: wholeNumber(45, { min: 6, max: 24 * 3600 }),
  }),
);

/** In all, and of one user among them. */
export const limitsOf = (env: z.output<typeof environment>) => ({
  uploads: { all: env.MAX_UPLOADS, perUser: env.MAX_UPLOADS_PER_USER },
  downloads: { all: env.MAX_DOWNLOADS, perUser: env.MAX_DOWNLOADS_PER_USER },
  eventStreams: { all: env.MAX_EVENT_STREAMS, perUser: env.MAX_EVENT_STREAMS_PER_USER },
  activeJobs: { all: env.MAX_UNFINISHED, perUser: env.MAX_UNFINISHED_PER_USER },
});

/**
 * How often the index of finished jobs is read for videos that are due. A video is deleted at most this much late, unless more
 * of them are due than the gateways can delete in that time.
 */
export const videoPassSeconds = (env: z.output<typeof environment>): number =>
  Math.min(600, Math.max(env.SWEEP_SECONDS, env.KEEP_VIDEO_SECONDS / 20));
