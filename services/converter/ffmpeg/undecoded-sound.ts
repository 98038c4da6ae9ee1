import type { DecodedSound } from './encoder-log.ts';

/**
 * Returns about how many seconds the packets last that the decoder refused: as long as the same number of others. It is known
 * also where ffmpeg has not listed the packets of the track.
 */
export function undecodedSeconds({ samples = 0, rates, packets = 0, refused }: DecodedSound): number {
  const [rate] = rates;
  const accepted = packets - refused;
  return rate === undefined || accepted <= 0 ? 0 : (refused * samples) / accepted / rate;
}
