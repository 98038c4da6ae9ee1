import { ConversionFailure } from '../failure.ts';
import type { SourceTrack } from './probe/source-track.ts';

/**
 * The least bytes of one second of sound at 48 kHz, which is one byte for 6,000 samples. Silence needs the least, and of all
 * codecs FLAC, whose longest frames have 65,535 samples in 12 to 14 bytes. The length of a frame is a number of samples, so a
 * second of a lower rate takes fewer bytes, and less work too.
 */
const MIN_BYTES_PER_SECOND = 8;
/** Seconds that any file may hold: a few holes of a minute in a film of a second. */
const GRACE_SECONDS = 120;
/** What the least is for. A sound of a higher rate or more channels takes as many more bytes, and as much more work. */
const USUAL_RATE = 48_000;
const USUAL_CHANNELS = 8;
/** Hz. Telephones have it. A sound of a lower rate has to take as many bytes as one of this rate. */
const LOWEST_USUAL_RATE = 8000;

/** Hz. Loggers record 100, telephones 8,000. The fastest converters have 768,000. */
const MIN_RATE = 100;
const MAX_RATE = 768_000;
/** Ambisonics of the seventh order has as many. */
const MAX_CHANNELS = 64;

type Sound = Partial<Pick<SourceTrack, 'sampleRate' | 'channels'>>;

/**
 * Returns the most seconds of sound that a file may hold, with the silence in its holes. It is linear in the size of the file,
 * so that the work for a file is, too: a small file may state, repeat or pause for any length.
 *
 * @param bytes size of the file
 */
export function maxSoundSeconds(
  bytes: number,
  { sampleRate = USUAL_RATE, channels = USUAL_CHANNELS }: Sound = {},
): number {
  const rateShare = USUAL_RATE / Math.max(LOWEST_USUAL_RATE, sampleRate);
  const share = rateShare * Math.min(1, USUAL_CHANNELS / channels);
  return GRACE_SECONDS + (bytes / MIN_BYTES_PER_SECOND) * share;
}

/** Throws {@link ConversionFailure} for a format that no sound has, because it would make hours of sound of nothing. */
export function requireRealFormat({ sampleRate, channels }: Sound): void {
  if (sampleRate !== undefined && (sampleRate < MIN_RATE || sampleRate > MAX_RATE)) {
    const detail = `the sound of the file has a sample rate of ${sampleRate} Hz, and not ${MIN_RATE} to ${MAX_RATE} Hz`;
    throw new ConversionFailure('conversion_failed', detail);
  }
  if (channels !== undefined && channels > MAX_CHANNELS) {
    const detail = `the sound of the file has ${channels} channels, and more than ${MAX_CHANNELS} cannot be converted`;
    throw new ConversionFailure('conversion_failed', detail);
  }
}

/** The failure of a file whose sound, with its pauses, is longer than {@link maxSoundSeconds}. */
export const tooMuchSound = (): ConversionFailure =>
  new ConversionFailure(
    'conversion_failed',
    'the file makes far more sound, or longer pauses, than a file of its size can hold',
  );
