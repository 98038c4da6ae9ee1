import type { JobWarning } from '../../../../../shared/jobs/warnings.ts';
import { warningText } from '../../jobs/result/warning-text.ts';
import { formatClock, formatSize } from '../../text/format.ts';
import { hasText, t } from '../../text/language.ts';
import { describeTrack } from '../options/describe-track.ts';
import type { Options, Settings } from '../options/options.ts';
import type { FilmItem } from '../state.ts';
import { type ExpectedSize, expectedSize } from './expected-size.ts';
import type { Fault } from './look-at-film.ts';

/** What is known of a film, in short texts: length, sound, cover, chapters, and the MP3 that is to be expected. */
export function factsOf(
  { found, size, own }: Pick<FilmItem, 'found' | 'size' | 'own'>,
  { options }: Settings,
): string[] {
  const probe = found?.probe;
  if (!probe) return [formatSize(size)];
  const audio = probe.tracks.filter(({ type }) => type === 'audio');
  const [only] = audio.length === 1 ? audio : [];
  const parts = [
    probe.duration_seconds !== null && formatClock(probe.duration_seconds),
    only && describeTrack(only),
    probe.cover && t('convert.fact.cover'),
    probe.chapters.length > 0 && t('convert.fact.chapters', { count: probe.chapters.length }),
    mp3Text(expectedSize(probe, { ...options, ...own })),
  ];
  return parts.filter((part) => typeof part === 'string');
}

/** A variable bit rate depends on the sound, so that more digits would promise too much. */
const VARIABLE_DIGITS = 2;

function mp3Text(expected: ExpectedSize | undefined): string | undefined {
  if (!expected) return undefined;
  const { bytes, isVariable } = expected;
  if (!isVariable) return t('convert.fact.mp3', { size: formatSize(bytes) });
  return t('convert.fact.mp3_variable', { size: formatSize(Number(bytes.toPrecision(VARIABLE_DIGITS))) });
}

/** What would be sent of a film, and why. `share` is that of the film, from 0 to 1. */
export interface SendingFacts {
  text: string;
  note: string;
  share: number;
}

export function sendingFactsOf(
  { found, size }: Pick<FilmItem, 'found' | 'size'>,
  { whole, options }: Settings,
): SendingFacts {
  const plan = whole ? undefined : found?.plan;
  if (plan) {
    const sent = formatSize(plan.file.size);
    const text = t('convert.sends_sound', { sent, size: formatSize(size) });
    return { text, note: t('convert.sends_sound_note'), share: plan.file.size / size };
  }
  // Nobody expects less of a file that has no picture.
  if (!whole && !hasPicture(found)) {
    return { text: t('convert.sends_all', { size: formatSize(size) }), note: '', share: 1 };
  }
  const isForPicture = options.cover === 'frame';
  const note = whole
    ? 'convert.sends_all_chosen'
    : isForPicture
      ? 'convert.sends_all_picture'
      : 'convert.sends_all_note';
  return { text: t('convert.sends_all', { size: formatSize(size) }), note: t(note), share: 1 };
}

const hasPicture = (found: FilmItem['found']): boolean =>
  found?.probe?.tracks.some(({ type }) => type === 'video') ?? true;

/** What would be sent of several films together. */
export function totalText(films: readonly Pick<FilmItem, 'found' | 'size'>[], { whole }: Settings): string {
  const sum = (sizes: number[]) => sizes.reduce((total, one) => total + one, 0);
  const size = sum(films.map((film) => film.size));
  const sent = sum(films.map((film) => (whole ? undefined : film.found?.plan?.file.size) ?? film.size));
  return sent < size
    ? t('convert.sends_sound', { sent: formatSize(sent), size: formatSize(size) })
    : t('convert.sends_all', { size: formatSize(size) });
}

/** Why nothing can be made of a film, in the language of the page as far as the reason is known. */
export function textOfFault({ code, detail }: Fault): string {
  const key = [`convert.fault.${code}`, `jobs.failure.${code}`].find(hasText);
  return key === undefined ? detail : t(key);
}

/** What somebody should know before a film is sent. */
export const warningsOf = (
  { found, own }: Pick<FilmItem, 'found' | 'own'>,
  { options }: Settings,
): string[] => [
  ...(found && !found.probe ? [t('convert.not_asked')] : []),
  ...(found?.probe?.warnings ?? []).map((warning) => textOfWarning(warning, { ...options, ...own })),
];

/** A warning of the time before there is an MP3. The texts of a finished one say what has become of it. */
function textOfWarning(warning: JobWarning, { strict }: Options): string {
  const isRefused = warning.code === 'truncated' && strict === 'true';
  const key = isRefused ? 'convert.warning.truncated_strict' : `convert.warning.${warning.code}`;
  return hasText(key) ? t(key) : warningText(warning);
}
