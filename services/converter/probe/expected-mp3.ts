import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { soundBytes } from '../../shared/mp3/sound-bytes.ts';
import type { AudioTrack } from '../ffmpeg/probe/probe.ts';
import { selectedSeconds } from '../ffmpeg/selected-length.ts';

/** What is known about an MP3 before it is made. */
export interface ExpectedMp3 {
  durationSeconds: number;
  /** Bytes without the ID3 tag. Undefined where the sound is passed on as it is. */
  soundBytes: number | undefined;
}

/** Returns undefined where the file does not state how long its sound is. */
export function expectedMp3(
  audio: AudioTrack,
  filmStartSeconds: number,
  options: ConversionOptions,
): ExpectedMp3 | undefined {
  if (audio.expectedSeconds === undefined) return undefined;
  const durationSeconds = selectedSeconds(audio.expectedSeconds, { audio, filmStartSeconds, options });
  const isCopied = options.copy && audio.codec === 'mp3';
  return { durationSeconds, soundBytes: isCopied ? undefined : soundBytes(durationSeconds, audio, options) };
}
