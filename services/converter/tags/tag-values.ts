/** Characters that a tag may have, in UTF-16 code units. What is longer is cut. */
export const MAX_LENGTH = {
  title: 500,
  artist: 500,
  album: 500,
  date: 32,
  track: 16,
  genre: 200,
  comment: 4000,
} as const;

/**
 * Returns a date as `YYYY-MM-DD` or `YYYY`, or an empty text for anything else. ID3v2.3 can say a year, and a day together
 * with its month, but no month alone. A time of day is dropped.
 */
export function normalizeDate(text: string): string {
  const [, year, month, day] =
    /^([1-9]\d{3})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?![\d])/.exec(text) ??
    /^([1-9]\d{3})(\d{2})(\d{2})(?!\d)/.exec(text) ??
    germanDate(text) ??
    [];
  if (year === undefined) return '';
  if (month === undefined || day === undefined) return year;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  // `Date` would turn 31 February into 3 March.
  return isDay(date) ? date : year;
}

/** `24.12.2020`. With other separators, day and month could be either. */
function germanDate(text: string): [string, string, string, string] | undefined {
  const [all, day, month, year] = /^(\d{1,2})\.(\d{1,2})\.([1-9]\d{3})(?!\d)/.exec(text) ?? [];
  if (all === undefined || day === undefined || month === undefined || year === undefined) return undefined;
  return [all, year, month, day];
}

function isDay(date: string): boolean {
  const time = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date);
}

/** Returns `4` or `4/12`, or an empty text for what is no number. */
export function normalizeTrack(text: string): string {
  const [, number, total] = /^0*(\d{1,5})(?:\s*\/\s*0*(\d{1,5}))?$/.exec(text) ?? [];
  if (number === undefined || number === '0') return '';
  return total === undefined || total === '0' ? number : `${number}/${total}`;
}
