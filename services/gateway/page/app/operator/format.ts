import { language } from '../text/language.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its largest unit, such as `3 min`. A dash for null. */
export function formatWait(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < MINUTE) return unit(seconds, 'second');
  if (seconds < HOUR) return unit(seconds / MINUTE, 'minute');
  if (seconds < DAY) return unit(seconds / HOUR, 'hour');
  return unit(seconds / DAY, 'day');
}

const unit = (value: number, name: string): string =>
  Math.floor(value).toLocaleString(language.value, { style: 'unit', unit: name, unitDisplay: 'short' });

/** Such as `84.5`, with three digits at most. */
export const formatSpeed = (speed: number): string =>
  speed.toLocaleString(language.value, { maximumSignificantDigits: 3 });

/** The time of the day. @param at milliseconds since the epoch */
export const formatTime = (at: number): string =>
  new Date(at).toLocaleTimeString(language.value, { timeStyle: 'medium' });
