import { type ConversionOptions, SAMPLE_RATES } from '../jobs/conversion-options.ts';

/**
 * Returns the sample rate of the MP3 in Hz: the source's own where MP3 has it. The low sample rates do not have the high bit
 * rates, and LAME silently takes a lower bit rate there, so such a source gets a higher sample rate.
 */
export function outputRate(
  source: number | undefined,
  { sample_rate, bitrate }: Pick<ConversionOptions, 'sample_rate' | 'bitrate'> = {},
): number {
  const kbps = bitrate ?? 0;
  if (sample_rate !== undefined) return sample_rate;
  if (source === undefined) return 44_100;
  if (kbps > 160 && source < 32_000) return 44_100;
  if (kbps > 64 && source < 16_000) return 44_100;
  const known: readonly number[] = SAMPLE_RATES;
  if (known.includes(source)) return source;
  if (source > 48_000) return source % 11_025 === 0 ? 44_100 : 48_000;
  return known.find((rate) => rate > source) ?? 48_000;
}

/** Number of channels of the MP3. Undefined where only the decoder can tell. */
export function outputChannels(
  source: { channels: number | undefined },
  requested?: 1 | 2,
): 1 | 2 | undefined {
  if (requested !== undefined) return requested;
  if (source.channels === undefined) return undefined;
  return source.channels === 1 ? 1 : 2;
}
