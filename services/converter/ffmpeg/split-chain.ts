import { type SoundFormat, samplesFilter } from '../meter/sound-meter.ts';

/** Names of what comes out of {@link splitChain}. */
export const ENCODED = 'encoded';
export const METERED = 'metered';

export const layoutOf = ({ channels }: Pick<SoundFormat, 'channels'>): string =>
  channels === 1 ? 'mono' : 'stereo';

/**
 * Returns filters that give the samples behind a chain to the encoder, and a copy of them to the meter. The copy is resampled, so that
 * the meter does not decide in which form the encoder gets them: it makes the same frames as without a meter.
 *
 * @param index that of the track
 */
export const splitChain = (index: number, chain: string, format: SoundFormat): string =>
  [
    `[0:${index}]${chain},asplit[${ENCODED}][copy]`,
    `[copy]aresample,aformat=channel_layouts=${layoutOf(format)},${samplesFilter(format)}[${METERED}]`,
  ].join(';');
