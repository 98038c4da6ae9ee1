import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { callerCheck, eventSecrets } from '../shared/contract/event-secret.ts';
import { requireTokenUnlessLoopback, serviceEnvironment, wholeNumber } from '../shared/runtime/config.ts';
import { limitSettings } from './limits/settings.ts';
import { oidcSettings } from './oidc/settings.ts';

/**
 * Returns how many password hashes are computed at a time by default: as many as half of the processors, because anybody can
 * cause a hash, and the rest of the system needs the other half. At most three, because they run on Node's four worker
 * threads, and signatures and DNS look-ups need one of those.
 */
export const defaultParallel = (processors: number): number =>
  Math.min(3, Math.max(1, Math.floor(processors / 2)));

const DAY_SECONDS = 24 * 3600;
const MONTH_SECONDS = 30 * DAY_SECONDS;

/** How often expired sessions, guests without a session, and the sessions of accounts that are closed are deleted. */
export const CLEANUP_MS = 3600 * 1000;

export const authEnvironment = requireTokenUnlessLoopback(
  serviceEnvironment.extend({
    /** Signs events and calls between the services. Every service needs the same secret. */
    EVENT_SECRET: eventSecrets,
    CALLER_CHECK: callerCheck,
    MYSQL_URL: z
      .url({ protocol: /^mysql$/, error: 'must be a URL such as mysql://user:password@host:3306/auth' })
      .refine((url) => URL.canParse(url) && new URL(url).pathname.length > 1, 'must name a database'),
    /** How long the service waits for MySQL when it starts. */
    MYSQL_WAIT_SECONDS: wholeNumber(60, { max: 3600 }),
    /** The public URL of the gateway. The links in mails, and the addresses to which providers send browsers back, start with it. */
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8080'),
    /** Makes an account only once the owner of the address has opened the link of a mail. */
    REQUIRE_VERIFIED_EMAIL: z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true'),
    ...oidcSettings,
    /** Encrypts the secrets of second factors in the database. All replicas need the same one, or two while one replaces the other. */
    AUTH_SECRET: eventSecrets.optional(),
    TOKEN_ISSUER: z.string().min(1).default('mp3converter'),
    TOKEN_AUDIENCE: z.string().min(1).default('mp3converter'),
    ACCESS_TOKEN_SECONDS: wholeNumber(900, { min: 1, max: 24 * 3600 }),
    REFRESH_TOKEN_SECONDS: wholeNumber(MONTH_SECONDS, { min: 1, max: 12 * MONTH_SECONDS }),
    /** How long the jobs of a guest are kept. A guest who stays away for longer is forgotten. */
    GUEST_RETENTION_SECONDS: wholeNumber(DAY_SECONDS, { min: 60, max: 365 * DAY_SECONDS }),
    KEY_ROTATION_DAYS: wholeNumber(30, { min: 1, max: 3650 }),
    /** How many password hashes are computed at a time, with 19 MiB each. Only processors that a container may use count. */
    ARGON2_PARALLEL: wholeNumber(defaultParallel(availableParallelism()), { min: 1, max: 64 }),
    /** How many password hashes may wait. Beyond that, a login gets 503 with `Retry-After`. */
    ARGON2_QUEUE: wholeNumber(64, { max: 10_000 }),
    ...limitSettings,
  }),
);

/**
 * How long a refresh token of a guest is valid if it is not used, in seconds. It outlives the last job that an access token of the
 * same time may have made. After that a guest has nothing left.
 */
export const guestSessionSeconds = (
  env: Pick<
    z.output<typeof authEnvironment>,
    'GUEST_RETENTION_SECONDS' | 'ACCESS_TOKEN_SECONDS' | 'REFRESH_TOKEN_SECONDS'
  >,
): number => Math.min(env.REFRESH_TOKEN_SECONDS, env.GUEST_RETENTION_SECONDS + env.ACCESS_TOKEN_SECONDS);
