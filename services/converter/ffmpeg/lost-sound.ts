import { NotJoinable } from '../failure.ts';
import { frameSamples } from '../mp3/frame-header.ts';
import { readTags } from '../mp3/frame-reader.ts';
import type { DecodedSound } from './encoder-log.ts';
import type { SampleRange } from './filter-chain.ts';

/** Number of samples that the resampler may lose by rounding. */
const ROUNDING = 2;

export interface Loss {
  /** Seconds of sound in the MP3. */
  seconds: number;
  /** How much was decoded and is not in the MP3, with its unit, for the log. Undefined when nothing is missing. */
  lost: string | undefined;
}

/**
 * Compares the length of an MP3, to the sample, with what ffmpeg decoded for it, with the silence of the holes, and with the
 * range that was selected. When the resampler fails on a frame, for example for lack of memory, ffmpeg drops the frame
 * silently and still exits with 0 (`filter_frame` in af_aresample.c).
 */
export async function measureLoss(path: string, decoded: DecodedSound, range: SampleRange): Promise<Loss> {
  const { samples, rates, placed } = decoded;
  if (samples === undefined) throw new Error('ffmpeg has not stated how much sound it decoded');
  if (samples === 0) return { seconds: 0, lost: undefined };
  const { encoded, rate } = await countSamples(path);
  const seconds = encoded / rate;
  // ffmpeg never set its filters up, so it has encoded nothing, and the rate of the samples is unknown.
  if (rates.length === 0) return { seconds, lost: `all ${samples} samples` };
  const total = ((samples + placed.silence) * rate) / Math.max(...rates);
  const expected = Math.max(0, Math.min(total, range.to) - range.from) - ROUNDING;
  return { seconds, lost: expected > encoded ? `${(expected - encoded) / rate} s` : undefined };
}

/** Returns the number of samples in an MP3 that ffmpeg wrote, and their rate in Hz. */
async function countSamples(path: string): Promise<{ encoded: number; rate: number }> {
  try {
    const { tag, tagFrame } = await readTags(path);
    const rate = tagFrame.header.sampleRate;
    return { encoded: tag.frames * frameSamples(rate) - tag.delay - tag.padding, rate };
  } catch (error) {
    // There is no Xing tag because no frame was encoded.
    if (error instanceof NotJoinable) return { encoded: 0, rate: 44_100 };
    throw error;
  }
}
