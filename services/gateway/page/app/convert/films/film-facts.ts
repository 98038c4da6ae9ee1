import { warningText } from '../../jobs/result/warning-text.ts';
import { formatClock, formatSize } from '../../text/format.ts';
import { hasText, t } from '../../text/language.ts';
import { describeTrack } from '../options/part-fields.tsx';
import { settings } from '../options/settings.ts';
import type { FilmItem } from '../state.ts';
import type { Fault } from './look-at-film.ts';

/** What is known of a film, in short texts: length, sound, cover, chapters, and the MP3 that is to be expected. */
export function factsOf({ found, size }: Pick<FilmItem, 'found' | 'size'>): string[] {
  const probe = found?.probe;
  if (!probe) return [formatSize(size)];
  const audio = probe.tracks.filter(({ type }) => type === 'audio');
  const [only] = audio.length === 1 ? audio : [];
  const parts = [
    probe.duration_seconds !== null && formatClock(probe.duration_seconds),
    only && describeTrack(only),
    probe.cover && t('convert.fact.cover'),
    probe.chapters.length > 0 && t('convert.fact.chapters', { count: probe.chapters.length }),
  ];
  return parts.filter((part) => typeof part === 'string');
}

/** What would be sent of a film, and why. `share` is that of the film, from 0 to 1. */
export interface SendingFacts {
  text: string;
  note: string;
  share: number;
}

export function sendingFactsOf({ found, size }: Pick<FilmItem, 'found' | 'size'>): SendingFacts {
  const { whole, options } = settings.value;
  const plan = whole ? undefined : found?.plan;
  if (plan) {
    const sent = formatSize(plan.file.size);
    const text = t('convert.sends_sound', { sent, size: formatSize(size) });
    return { text, note: t('convert.sends_sound_note'), share: plan.file.size / size };
  }
  const isForPicture = options.cover === 'frame';
  const note = whole
    ? 'convert.sends_all_chosen'
    : isForPicture
      ? 'convert.sends_all_picture'
      : 'convert.sends_all_note';
  return { text: t('convert.sends_all', { size: formatSize(size) }), note: t(note), share: 1 };
}

/** Why nothing can be made of a film, in the language of the page as far as the reason is known. */
export function textOfFault({ code, detail }: Fault): string {
  const key = [`convert.fault.${code}`, `jobs.failure.${code}`].find(hasText);
  return key === undefined ? detail : t(key);
}

/** What somebody should know before a film is sent. */
export const warningsOf = ({ found }: Pick<FilmItem, 'found'>): string[] => [
  ...(found && !found.probe && !found.isTooLarge ? [t('convert.not_asked')] : []),
  ...(found?.probe?.warnings ?? []).map(warningText),
];
