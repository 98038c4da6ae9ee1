import type { DecodedSound } from './encoder-log.ts';
import { NotJoinable } from './failure.ts';
import { openFrameFile } from './frame-file.ts';
import { frameSamples } from './mpeg-frame.ts';

/** Samples by which the resampler may round. */
const ROUNDING = 2;

export interface Loss {
  /** Seconds of sound in the MP3. */
  seconds: number;
  /** Seconds that were decoded and are not in the MP3; 0 when all of it is there. */
  lost: number;
}

/**
 * Holds an MP3 against what ffmpeg has decoded for it, to the sample. ffmpeg drops a frame without a word, and ends with
 * success, when its resampler fails on it (`filter_frame` in af_aresample.c), as it does for want of memory.
 *
 * Where the source changes its format on the way, ffmpeg sets its filters up again and loses what they hold: less than
 * an MP3 frame and the resampler's delay. Where the sample rate changes too, this tells only the least that is lost.
 */
export async function measureLoss(path: string, decoded: DecodedSound): Promise<Loss> {
  const { samples, rates } = decoded;
  if (samples === undefined) throw new Error('ffmpeg has not stated how much sound it decoded');
  if (samples === 0) return { seconds: 0, lost: 0 };
  const { held, rate } = await soundOf(path);
  const seconds = held / rate;
  const changes = rates.length - 1;
  const least = (samples * rate) / Math.max(...rates) - ROUNDING - changes * 2 * frameSamples(rate);
  // Without a filter's rate nothing can be compared, and nothing can have been encoded either.
  return { seconds, lost: rates.length === 0 ? samples : Math.max(0, least - held) / rate };
}

/** Samples of sound in an MP3 of ffmpeg's, and their rate in Hz. */
async function soundOf(path: string): Promise<{ held: number; rate: number }> {
  try {
    const { tag, info } = await openFrameFile(path);
    const rate = info.header.sampleRate;
    return { held: tag.frames * frameSamples(rate) - tag.delay - tag.padding, rate };
  } catch (error) {
    // No frame was encoded, so that there is no Info tag.
    if (error instanceof NotJoinable) return { held: 0, rate: 44_100 };
    throw error;
  }
}
