import { shorten } from '../shared/runtime/cut-text.ts';
import { replaceInvisible } from '../shared/runtime/visible-text.ts';

/**
 * Puts a user's text on one line of at most `max` characters. Removes control characters, because a line break in a subject
 * starts a new header, and invisible or direction-changing characters, because with them a name could read backwards.
 */
export function oneLine(text: string, max: number): string {
  return shorten(replaceInvisible(text.toWellFormed(), ' ').replace(/\s+/gu, ' ').trim(), max);
}

/** Formats a time as `1 December 2025, 14:05 UTC`, because the time zone of the reader is unknown. */
export function formatDate(iso: string): string {
  const date = new Date(iso);
  const day = date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return `${day}, ${date.toISOString().slice(11, 16)} UTC`;
}
