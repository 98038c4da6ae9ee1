import { language } from './language.ts';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Such as `31 MB`, with three digits at most. @param size bytes */
export function formatSize(size: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, size)) / 3)));
  return new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumSignificantDigits: 3,
  }).format(size / 1000 ** power);
}

/** Such as `4:05` or `1:02:03`, as players show it. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** @param share from 0 to 1 */
export const formatPercent = (share: number): string =>
  share.toLocaleString(language.value, { style: 'percent', maximumFractionDigits: 0 });

/** @param date as in the API: ISO 8601 */
export const formatDate = (date: string): string =>
  new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(date));

const TIME_UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Such as `7 days`, in the largest unit of which there is at least one. @param seconds at least 60 are told apart */
export function formatDuration(seconds: number): string {
  const [unit, size] = TIME_UNITS.find(([, length]) => seconds >= length) ?? ['minute', 60];
  return new Intl.NumberFormat(language.value, {
    ...{ style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 },
  }).format(seconds / size);
}

/** Sets a text of somebody apart from the sentence around it, also where that is written right to left. */
export const isolate = (text: string): string => `\u2068${text}\u2069`;

/** Such as `in 5 minutes`, in whole units, so that nobody comes too early. @param seconds from now */
export function formatWait(seconds: number): string {
  const [unit, size] = TIME_UNITS.find(([, length]) => seconds > length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(language.value).format(Math.ceil(seconds / size), unit);
}

const MAX_NAMES = 5;

/** Such as `a.mp4, b.mp4, …`, with five names at most. Each is apart from the others, also where it is written right to left. */
export function formatNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map(isolate);
  const all = names.length > MAX_NAMES ? [...shown, '…'] : shown;
  return new Intl.ListFormat(language.value, { type: 'unit', style: 'short' }).format(all);
}
