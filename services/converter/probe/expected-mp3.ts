import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { outputRate } from '../ffmpeg/encode-arguments.ts';
import { outputChannels } from '../ffmpeg/mixdown.ts';
import type { AudioTrack } from '../ffmpeg/probe/probe.ts';
import { selectedSeconds } from '../ffmpeg/selected-length.ts';
import { vbrBitrate } from './vbr-bitrates.ts';

/** Samples that LAME puts before the sound. */
const ENCODER_DELAY = 1105;
/** MPEG-2 and MPEG-2.5, which are the versions below this rate, have half of the samples in a frame. Hz. */
const FIRST_RATE_OF_MPEG_1 = 32_000;
const DEFAULT_QUALITY = 2;

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

function soundBytes(seconds: number, audio: AudioTrack, options: ConversionOptions): number {
  const { bitrate, quality = DEFAULT_QUALITY } = options;
  const rate = outputRate(audio.sampleRate, options);
  const samplesPerFrame = rate >= FIRST_RATE_OF_MPEG_1 ? 1152 : 576;
  // One frame more holds the Xing tag.
  const frames = Math.ceil((seconds * rate + ENCODER_DELAY) / samplesPerFrame) + 1;
  const channels = outputChannels(audio, options.channels) ?? 2;
  const kbps = bitrate ?? vbrBitrate({ quality, rate, channels });
  return Math.round((frames * samplesPerFrame * kbps * 1000) / 8 / rate);
}
