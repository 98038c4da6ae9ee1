import type { EncodeRequest } from './encode-request.ts';
import { MAX_HOLE_SECONDS } from './timeline.ts';

/**
 * Returns the expected length of what the options select, in seconds: that of the MP3, as far as the file says the truth.
 *
 * @param expectedSeconds the length that is stated for the track, from the start of the film
 */
export function selectedSeconds(
  expectedSeconds: number,
  { audio, filmStartSeconds, options }: Pick<EncodeRequest, 'audio' | 'filmStartSeconds' | 'options'>,
): number {
  const late = (audio.startSeconds ?? filmStartSeconds) - filmStartSeconds;
  // The silence before sound that begins later than that is left out.
  const soundSeconds = late > MAX_HOLE_SECONDS ? expectedSeconds - late : expectedSeconds;
  const { start = 0, end = Number.POSITIVE_INFINITY } = options;
  return Math.max(0, Math.min(soundSeconds, end) - start);
}
