import { z } from 'zod';
import { guarded, serviceEnvironment, wholeNumber } from '../shared/config.ts';

const GIB = 1024 ** 3;

export const environment = guarded(
  serviceEnvironment.extend({
    /** Where the gateway is reached from outside; the links in mails start with it. */
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8080'),
    /** Signs the links in mails; every replica needs the same. */
    LINK_SECRET: z.string().min(32),
    TOKEN_ISSUER: z.string().min(1).default('mp3converter'),
    TOKEN_AUDIENCE: z.string().min(1).default('mp3converter'),
    MAX_UPLOAD_BYTES: wholeNumber(4 * GIB - 1024 ** 2, { min: 1 }),
    /** How long video, MP3 and job are kept. */
    RETENTION_HOURS: wholeNumber(7 * 24, { min: 1, max: 24 * 365 }),
    SWEEP_SECONDS: wholeNumber(15, { min: 1, max: 3600 }),
    /** A job on which nothing moved for this long is published again; longer than a converter's lease. */
    SILENT_SECONDS: wholeNumber(45, { min: 1, max: 24 * 3600 }),
  }),
);
