const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its largest unit, such as `3 min`. A dash for null. @param language a language tag (BCP 47) */
export function formatWait(seconds: number | null, language: string): string {
  if (seconds === null) return '–';
  if (seconds < MINUTE) return inUnit(seconds, 'second', language);
  if (seconds < HOUR) return inUnit(seconds / MINUTE, 'minute', language);
  if (seconds < DAY) return inUnit(seconds / HOUR, 'hour', language);
  return inUnit(seconds / DAY, 'day', language);
}

const inUnit = (value: number, unit: string, language: string): string =>
  Math.floor(value).toLocaleString(language, { style: 'unit', unit, unitDisplay: 'short' });

/** Such as `84.5`, with three digits at most. */
export const formatSpeed = (speed: number, language: string): string =>
  speed.toLocaleString(language, { maximumSignificantDigits: 3 });

/** The time of the day. @param at milliseconds since the epoch */
export const formatTime = (at: number, language: string): string =>
  new Date(at).toLocaleTimeString(language, { timeStyle: 'medium' });
