import { join } from 'node:path';
import { MAX_PEAKS } from '../../shared/jobs/mp3-details.ts';
import { unplayable } from '../failure.ts';
import { joinParts } from '../meter/sound-meter.ts';
import { checkFrames } from '../mp3/check-frames.ts';
import { frameSamples } from '../mp3/frame-header.ts';
import { timed } from '../span.ts';
import type { Encoded } from './encode-request.ts';
import { OUTPUT } from './untrusted-input.ts';
import { type VerifiedMp3, type VerifyOptions, verify } from './verify.ts';

type Measured = Encoded['measured'];

/**
 * Checks the frames of an MP3 that we encoded, and that it holds as many samples as the encoder got. Its sound was measured
 * before it was encoded. Where the meter did not know the format of the MP3, plays the MP3 to measure it. Throws `ConversionFailure`.
 */
export async function checkEncoded(options: VerifyOptions, measured: Measured): Promise<VerifiedMp3> {
  const [verified, checked] = await timed(() => check(options, measured));
  return { ...verified, checked };
}

async function check(options: VerifyOptions, measured: Measured): Promise<Omit<VerifiedMp3, 'checked'>> {
  const { header, samples } = await checkFrames(join(options.folder, OUTPUT), options.signal);
  const { sampleRate, channels } = header;
  // A file may state another number of channels than its decoder finds.
  if (measured?.format.channels !== channels || measured.format.sampleRate !== sampleRate)
    return verify(options);
  const encoded = measured.parts.reduce((sum, { maxima }) => sum + maxima.samples, 0);
  // ffmpeg may state some samples too few of the silence that the encoder added behind the sound.
  const surplus = samples - encoded;
  if (surplus < 0 || surplus >= frameSamples(sampleRate))
    throw unplayable(new Error(`the MP3 holds ${samples} samples, and ${encoded} were encoded`));
  return { seconds: samples / sampleRate, sound: joinParts(measured.parts, MAX_PEAKS) };
}
