import type { ConversionOptions } from '../jobs/conversion-options.ts';
import { outputChannels, outputRate } from './output-format.ts';
import { vbrBitrate } from './vbr-bitrates.ts';

/** Samples that LAME puts before the sound. */
const ENCODER_DELAY = 1105;
/** MPEG-2 and MPEG-2.5, which are the versions below this rate, have half of the samples in a frame. Hz. */
const FIRST_RATE_OF_MPEG_1 = 32_000;
const DEFAULT_QUALITY = 2;

/** The sound of a file, as far as it decides about the MP3. `sampleRate` is in Hz. */
export interface SourceSound {
  sampleRate: number | undefined;
  channels: number | undefined;
}

/**
 * Returns the bytes that the frames of an MP3 are expected to have: to the frame for a bit rate, and about for a quality.
 * @param seconds length of the MP3
 */
export function soundBytes(
  seconds: number,
  source: SourceSound,
  options: Pick<ConversionOptions, 'bitrate' | 'quality' | 'sample_rate' | 'channels'>,
): number {
  const { bitrate, quality = DEFAULT_QUALITY } = options;
  const rate = outputRate(source.sampleRate, options);
  const samplesPerFrame = rate >= FIRST_RATE_OF_MPEG_1 ? 1152 : 576;
  // One frame more holds the Xing tag.
  const frames = Math.ceil((seconds * rate + ENCODER_DELAY) / samplesPerFrame) + 1;
  const channels = outputChannels(source, options.channels) ?? 2;
  const kbps = bitrate ?? vbrBitrate({ quality, rate, channels });
  return Math.round((frames * samplesPerFrame * kbps * 1000) / 8 / rate);
}
