import { type RateLimit, rateLimitHeaders } from '../../shared/http/rate-limit-headers.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { AccountLimits } from '../limits/group-limits.ts';
import { type UsageRecord, untilMidnight } from './usage-record.ts';

const DAY_SECONDS = 24 * 3600;
/** What is stored becomes less when jobs expire or are deleted, at any time. */
const STORED_RETRY_SECONDS = 3600;

/** The limits of a day that a client can count itself, for the headers of an answer to an upload. */
export function rateLimitsOf(usage: UsageRecord, limits: AccountLimits, nowMs: number): RateLimit[] {
  const common = { resetSeconds: untilMidnight(nowMs) / 1000, windowSeconds: DAY_SECONDS };
  const { uploadsPerDay, bytesPerDay } = limits;
  return [
    ...(uploadsPerDay === undefined
      ? []
      : [{ ...common, policy: 'uploads', quota: uploadsPerDay, remaining: uploadsPerDay - usage.uploads }]),
    ...(bytesPerDay === undefined
      ? []
      : [
          {
            ...common,
            ...{ policy: 'upload-bytes', quota: bytesPerDay, unit: 'content-bytes' },
            remaining: bytesPerDay - usage.bytes,
          },
        ]),
  ];
}

/** Whether one more upload of so many bytes would store too much, as far as that is known. */
export const isStoreFull = (
  usage: UsageRecord,
  { storedBytes = Infinity }: AccountLimits,
  size: number,
): boolean => usage.stored_bytes + size > storedBytes || usage.stored_bytes >= storedBytes;

/** Throws `quota_exceeded` where one more upload of so many bytes is too much. @param size 0 where it is not known yet */
export function requireQuota(usage: UsageRecord, limits: AccountLimits, size: number, nowMs: number): void {
  const { uploadsPerDay = Infinity, bytesPerDay = Infinity, minutesPerDay = Infinity } = limits;
  const headers = rateLimitHeaders(rateLimitsOf(usage, limits, nowMs));
  const untilTomorrow = Math.ceil(untilMidnight(nowMs) / 1000);
  const refuse = (detail: string, seconds: number): never => {
    throw new AppError('quota_exceeded', detail, { headers: { ...headers, 'Retry-After': String(seconds) } });
  };
  if (usage.uploads >= uploadsPerDay)
    refuse(`you may upload ${uploadsPerDay} files a day; upload this one tomorrow (UTC)`, untilTomorrow);
  if (usage.bytes + size > bytesPerDay || usage.bytes >= bytesPerDay)
    refuse(
      `you may upload ${bytesPerDay} bytes a day, and have used ${usage.bytes}; upload this file tomorrow (UTC)`,
      untilTomorrow,
    );
  if (usage.sound_ms >= minutesPerDay * 60_000)
    refuse(
      `you may convert ${minutesPerDay} minutes of sound a day; upload this file tomorrow (UTC)`,
      untilTomorrow,
    );
  if (isStoreFull(usage, limits, size))
    refuse(
      `you may keep ${limits.storedBytes} bytes, and keep ${usage.stored_bytes}; delete some jobs, or wait until they expire`,
      STORED_RETRY_SECONDS,
    );
}
