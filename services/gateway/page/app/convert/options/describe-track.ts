import type { Track } from '../../../../../shared/jobs/job-view.ts';
import { replaceInvisible } from '../../../../../shared/runtime/visible-text.ts';
import { language, t } from '../../text/language.ts';

/** Describes an audio track, such as `Track 2 · German · AAC · 6 channels · Commentary`. */
export function describeTrack({ position, index, language: tag, codec, channels, title }: Track): string {
  const parts = [
    t('convert.track.name', { position: position ?? index + 1 }),
    tag !== null && languageName(tag),
    codecName(codec),
    channels === 2
      ? t('convert.track.stereo')
      : channels !== null && t('convert.track.channels', { count: channels }),
    // A title with bidirectional controls would be read backwards.
    replaceInvisible(title ?? '', ' ').trim(),
  ];
  return parts.filter((part) => part).join(' · ');
}

/** Such as `AAC`. @param codec ffmpeg's name, such as `pcm_s16le` of samples that are not compressed */
const codecName = (codec: string): string => codec.replace(/^(ad)?pcm_.*/, '$1pcm').toUpperCase();

/** Undefined for no language, and for what is none. @param tag as the film has it: mostly three letters of ISO 639-2 */
function languageName(tag: string): string | undefined {
  if (tag === 'und') return undefined;
  try {
    return new Intl.DisplayNames([language.value], { type: 'language' }).of(tag);
  } catch {
    return tag;
  }
}
