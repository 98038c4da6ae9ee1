import { z } from 'zod';
import { guarded, serviceEnvironment, wholeNumber } from '../shared/config.ts';

const MONTH_SECONDS = 30 * 24 * 3600;

export const authEnvironment = guarded(
  serviceEnvironment.extend({
    MYSQL_URL: z
      .url({ protocol: /^mysql$/, error: 'must be a URL such as mysql://user:password@host:3306/auth' })
      .refine((url) => URL.canParse(url) && new URL(url).pathname.length > 1, 'must name a database'),
    /** How long a start waits for MySQL, in seconds. */
    MYSQL_WAIT_SECONDS: wholeNumber(60, { max: 3600 }),
    TOKEN_ISSUER: z.string().min(1).default('mp3converter'),
    TOKEN_AUDIENCE: z.string().min(1).default('mp3converter'),
    ACCESS_TOKEN_SECONDS: wholeNumber(900, { min: 1, max: 24 * 3600 }),
    REFRESH_TOKEN_SECONDS: wholeNumber(MONTH_SECONDS, { min: 1, max: 12 * MONTH_SECONDS }),
    KEY_ROTATION_DAYS: wholeNumber(30, { min: 1, max: 3650 }),
    /** Hashes at once, 19 MiB each. They share Node's four worker threads with DNS look-ups and signatures. */
    ARGON2_PARALLEL: wholeNumber(2, { min: 1, max: 64 }),
    /** Hashes that wait; a login past them is told to come back. */
    ARGON2_QUEUE: wholeNumber(64, { max: 10_000 }),
  }),
);

export type AuthConfig = z.output<typeof authEnvironment>;
