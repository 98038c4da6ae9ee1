import { language } from '../text/language.ts';

const MINUTE = 60;
const HOUR = 3600;

/** Such as `20 seconds`, `3 minutes`, `2 hours`: as exact as an estimate can be. @param seconds an estimate, 0 or more */
export function formatWait(seconds: number): string {
  if (seconds < 50) return inUnit(Math.max(5, Math.ceil(seconds / 5) * 5), 'second');
  if (seconds < 90 * MINUTE) return inUnit(Math.max(1, Math.round(seconds / MINUTE)), 'minute');
  // Halves up to ten hours.
  if (seconds < 10 * HOUR) return inUnit(Math.round((seconds / HOUR) * 2) / 2, 'hour');
  return inUnit(Math.round(seconds / HOUR), 'hour');
}

/** Such as `0.4 sec`, for what took that long. */
export const formatTaken = (seconds: number): string =>
  new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit: 'second',
    maximumFractionDigits: seconds < 10 ? 1 : 0,
  }).format(seconds);

const inUnit = (value: number, unit: 'second' | 'minute' | 'hour'): string =>
  new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
