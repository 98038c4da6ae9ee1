import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { eventSecrets } from '../shared/contract/event-secret.ts';
import {
  blobEnvironment,
  type RenamedVariables,
  requireTokenUnlessLoopback,
  serviceEnvironment,
  wholeNumber,
} from '../shared/runtime/config.ts';
import { originList } from './cors.ts';
import type { ProxySettings } from './limits/client-address.ts';
import { type GroupLimits, longestRetention } from './limits/group-limits.ts';
import { GUEST_DAY, groupLimitsFrom, groupSetting, USER_DAY } from './limits/group-settings.ts';
import type { MinimumRate } from './limits/minimum-rate.ts';
import type { Quota } from './limits/quota.ts';
import { noProxies, PROXY_HEADERS, proxyList } from './limits/trusted-proxies.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const HOUR = 3600;
const DAY = 24 * HOUR;

export const renamedVariables: RenamedVariables = { SILENT_SECONDS: 'STALL_SECONDS' };

export const gatewayEnvironment = requireTokenUnlessLoopback(
  serviceEnvironment.extend({
    ...blobEnvironment,
    /** The descriptor of a socket that listens already. Without it, the gateway listens on APP_PORT by itself. */
    APP_LISTEN_FD: z.coerce.number().int().min(3).optional(),
    /** Signs events and calls between the services. Every service needs the same secret. */
    EVENT_SECRET: eventSecrets,
    /** The public URL of the gateway. The links in mails start with it. */
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8080'),
    /** Signs the links in mails. Every replica needs the same secret. */
    LINK_SECRET: z.string().min(32),
    TOKEN_ISSUER: z.string().min(1).default('mp3converter'),
    TOKEN_AUDIENCE: z.string().min(1).default('mp3converter'),
    /** Origins of pages that may call this API from a browser. Without it, only pages of the gateway itself may. */
    CORS_ORIGINS: originList.optional(),
    /** Addresses and networks of our proxies. Without it, the client is whoever opened the connection. */
    TRUSTED_PROXIES: proxyList.optional(),
    /** The header in which they name the client. */
    TRUSTED_PROXY_HEADER: z.enum(PROXY_HEADERS).default('x-forwarded-for'),
    /** The most of them in a row. */
    TRUSTED_PROXY_COUNT: wholeNumber(20, { min: 1, max: 20 }),
    MAX_UPLOAD_BYTES: wholeNumber(4 * GIB - MIB, { min: 1 }),
    /** Films are here while they arrive, and until their picture is left out. Containers must not share it. */
    SPOOL_DIR: z.string().min(1).default(join(tmpdir(), 'mp3converter-gateway-spool')),
    /** How much of the disk films may take there, with their sounds. With 0, every file is stored whole, as it arrives. */
    SPOOL_MAX_BYTES: wholeNumber(16 * GIB),
    /** Lets an operator list, retry and delete failed jobs. Without it there are no such routes. */
    OPERATOR_TOKEN: z.string().min(32).optional(),
    /** How long a job and its MP3 are kept, and the video of a job that is not done. */
    RETENTION_SECONDS: wholeNumber(7 * DAY, { min: 60, max: 365 * DAY }),
    /** How long a video is kept after its job is done, but never longer than the job. With 0 it is deleted at once. */
    KEEP_VIDEO_SECONDS: wholeNumber(HOUR, { max: 365 * DAY }),
    /** Lets strangers start at once as guests, without an address and a password. */
    GUESTS: z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true'),
    GUEST_MAX_UPLOAD_BYTES: wholeNumber(200 * MIB, { min: 1 }),
    /** How long a job of a guest and its MP3 are kept. */
    GUEST_RETENTION_SECONDS: wholeNumber(DAY, { min: 60, max: 365 * DAY }),
    /** The limits of each group, where they differ from those above and below: `uploads_per_day=100,stored_bytes=none`. */
    LIMITS_GUEST: groupSetting
      .refine(
        (given) => !('retention_seconds' in given),
        'cannot name retention_seconds: set GUEST_RETENTION_SECONDS, which auth has to know, too',
      )
      .optional(),
    LIMITS_USER: groupSetting.optional(),
    LIMITS_FRIEND: groupSetting.optional(),
    LIMITS_OPERATOR: groupSetting.optional(),
    /** Jobs that are neither done, failed nor cancelled, of each guest and of all guests together. */
    GUEST_MAX_UNFINISHED: wholeNumber(3, { min: 1, max: 100_000 }),
    GUESTS_MAX_UNFINISHED: wholeNumber(300, { min: 1, max: 100_000 }),
    /** Concurrent uploads of this process, and of each user. */
    MAX_UPLOADS: wholeNumber(64, { min: 1, max: 10_000 }),
    MAX_UPLOADS_PER_USER: wholeNumber(8, { min: 1, max: 10_000 }),
    /** Bytes of the file per second. An upload that falls too far behind this rate is ended. With 0, none is. */
    MIN_UPLOAD_BYTES_PER_SECOND: wholeNumber(512, { max: GIB }),
    /** How far an upload may fall behind the minimum rate. Only the time counts in which the gateway waits for the client. */
    SLOW_UPLOAD_SECONDS: wholeNumber(60, { min: 1, max: HOUR }),
    /** Connections from one address, or one /64 of IPv6, to this process. 0 means no bound, as behind a proxy. */
    MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(0, { max: 100_000 }),
    /** Concurrent downloads of this process, and of each user. */
    MAX_DOWNLOADS: wholeNumber(64, { min: 1, max: 10_000 }),
    MAX_DOWNLOADS_PER_USER: wholeNumber(8, { min: 1, max: 10_000 }),
    /** Concurrent probes of this process, and of each user. Each keeps up to 16 MiB in memory. */
    MAX_PROBES: wholeNumber(8, { min: 1, max: 1_000 }),
    MAX_PROBES_PER_USER: wholeNumber(2, { min: 1, max: 1_000 }),
    /** Concurrent lists of jobs by status or name, of this process and of each user. Each reads up to 2,000 jobs. */
    MAX_SEARCHES: wholeNumber(16, { min: 1, max: 1_000 }),
    MAX_SEARCHES_PER_USER: wholeNumber(4, { min: 1, max: 1_000 }),
    /** Concurrent event streams of this process, and of each user. */
    MAX_EVENT_STREAMS: wholeNumber(256, { min: 1, max: 10_000 }),
    MAX_EVENT_STREAMS_PER_USER: wholeNumber(32, { min: 1, max: 10_000 }),
    /** Jobs that are neither done, failed nor cancelled, of all users and of each user. */
    MAX_UNFINISHED: wholeNumber(10_000, { min: 1, max: 100_000 }),
    MAX_UNFINISHED_PER_USER: wholeNumber(1_000, { min: 1, max: 100_000 }),
    /** Resumable uploads that are not finished, of all users and of each user. Their bytes are stored. */
    MAX_OPEN_UPLOADS: wholeNumber(10_000, { min: 1, max: 100_000 }),
    MAX_OPEN_UPLOADS_PER_USER: wholeNumber(100, { min: 1, max: 100_000 }),
    /** How long a resumable upload that is not finished is kept after the last of its bytes. */
    UPLOAD_EXPIRY_SECONDS: wholeNumber(DAY, { min: 60, max: 30 * DAY }),
    SWEEP_SECONDS: wholeNumber(15, { min: 1, max: HOUR }),
    /**
     * A job that has not changed for this long is published again, and an upload that has not changed for this long is ended.
     * It must be longer than a converter's lease.
     */
    STALL_SECONDS: wholeNumber(45, { min: 6, max: DAY }),
  }),
);

export type GatewayConfig = z.output<typeof gatewayEnvironment>;

/** The limits of each kind of work, for all users and for each user. Guests never have more than users. */
export const limitsOf = (env: GatewayConfig) => ({
  uploads: { all: env.MAX_UPLOADS, perUser: env.MAX_UPLOADS_PER_USER },
  downloads: { all: env.MAX_DOWNLOADS, perUser: env.MAX_DOWNLOADS_PER_USER },
  probes: { all: env.MAX_PROBES, perUser: env.MAX_PROBES_PER_USER },
  searches: { all: env.MAX_SEARCHES, perUser: env.MAX_SEARCHES_PER_USER },
  eventStreams: { all: env.MAX_EVENT_STREAMS, perUser: env.MAX_EVENT_STREAMS_PER_USER },
  activeJobs: {
    all: env.MAX_UNFINISHED,
    perUser: env.LIMITS_USER?.unfinished_jobs ?? env.MAX_UNFINISHED_PER_USER,
    perGroup: unfinishedOf(env),
    guests: {
      all: Math.min(env.GUESTS_MAX_UNFINISHED, env.MAX_UNFINISHED),
      perUser:
        env.LIMITS_GUEST?.unfinished_jobs ?? Math.min(env.GUEST_MAX_UNFINISHED, env.MAX_UNFINISHED_PER_USER),
    },
  } satisfies Quota as Quota,
  openUploads: { all: env.MAX_OPEN_UPLOADS, perUser: env.MAX_OPEN_UPLOADS_PER_USER },
});

/** The most unfinished jobs of one friend and of one operator, where it is not that of a user. */
function unfinishedOf({ LIMITS_FRIEND, LIMITS_OPERATOR }: GatewayConfig): NonNullable<Quota['perGroup']> {
  const [friend, operator] = [LIMITS_FRIEND?.unfinished_jobs, LIMITS_OPERATOR?.unfinished_jobs];
  return { ...(friend !== undefined && { friend }), ...(operator !== undefined && { operator }) };
}

/** The limits of each account. By default, a guest never has more than a user. */
export const groupLimitsOf = (env: GatewayConfig): GroupLimits =>
  groupLimitsFrom(
    {
      guest: {
        maxUploadBytes: Math.min(env.GUEST_MAX_UPLOAD_BYTES, env.MAX_UPLOAD_BYTES),
        retentionSeconds: Math.min(env.GUEST_RETENTION_SECONDS, env.RETENTION_SECONDS),
        ...GUEST_DAY,
      },
      user: { maxUploadBytes: env.MAX_UPLOAD_BYTES, retentionSeconds: env.RETENTION_SECONDS, ...USER_DAY },
    },
    {
      guest: env.LIMITS_GUEST ?? {},
      user: env.LIMITS_USER ?? {},
      friend: env.LIMITS_FRIEND ?? {},
      operator: env.LIMITS_OPERATOR ?? {},
    },
  );

export const proxySettingsOf = (env: GatewayConfig): ProxySettings => ({
  isTrusted: env.TRUSTED_PROXIES ?? noProxies,
  header: env.TRUSTED_PROXY_HEADER,
  maxProxies: env.TRUSTED_PROXY_COUNT,
});

/** The rate at which clients have to send their files. */
export const minimumRateOf = (env: GatewayConfig): MinimumRate => ({
  bytesPerSecond: env.MIN_UPLOAD_BYTES_PER_SECOND,
  windowMs: env.SLOW_UPLOAD_SECONDS * 1000,
});

/** The times that follow from the configuration. */
export function timesOf(env: GatewayConfig) {
  const groupLimits = groupLimitsOf(env);
  const stallTimeoutMs = env.STALL_SECONDS * 1000;
  return {
    /** TTL of the indexes. It is longer than any job they refer to, so that a weekly user still finds their list. */
    indexSeconds: longestRetention(groupLimits) + 12 * HOUR,
    keepVideoMs: env.KEEP_VIDEO_SECONDS * 1000,
    stallTimeoutMs,
    heartbeatMs: stallTimeoutMs / 6,
    /** Enough for several mails to be tried. */
    failBeforeExpiryMs: 20 * stallTimeoutMs,
    /**
     * Pause between two passes over the index of videos. A video is deleted at most this much late, unless more videos are due
     * than the gateways can delete in that time.
     */
    videoPassSeconds: Math.min(600, Math.max(env.SWEEP_SECONDS, env.KEEP_VIDEO_SECONDS / 20)),
  };
}
