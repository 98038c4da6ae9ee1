import type { Track } from '../../../../../shared/jobs/job-view.ts';
import { replaceInvisible } from '../../../../../shared/runtime/visible-text.ts';
import { language, t } from '../../text/language.ts';

/** Describes an audio track by its title or its language, and by its codec. */
export function trackText({ position, index, title, language: tag, codec }: Track): string {
  const name = replaceInvisible(title ?? '', ' ').trim();
  const number = position ?? index + 1;
  const named = { number, codec: codec.toUpperCase() };
  if (name !== '') return t('result.track_title', { ...named, title: name });
  const spoken = tag === null ? undefined : languageName(tag);
  return spoken === undefined
    ? t('result.track', named)
    : t('result.track_languages', { ...named, language: spoken });
}

/** Undefined for no language, and for what is none. @param tag as the film has it: mostly three letters of ISO 639-2 */
function languageName(tag: string): string | undefined {
  if (tag === 'und') return undefined;
  try {
    return new Intl.DisplayNames([language.value], { type: 'language' }).of(tag);
  } catch {
    return tag;
  }
}
