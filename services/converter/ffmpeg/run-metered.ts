import { outputChannels, outputRate } from '../../shared/mp3/output-format.ts';
import type { OwnSamples } from '../meter/own-samples.ts';
import { createSoundMeter, type SoundFormat } from '../meter/sound-meter.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import { type EncodeArguments, encodeArguments } from './encode-arguments.ts';
import { type EncoderOptions, type EncoderResult, runEncoder } from './run-encoder.ts';

/**
 * Runs ffmpeg with the arguments of `encodeArguments`, and measures the samples that it encodes at the same time. So nothing has to
 * decode the MP3 again. Throws what `runEncoder` throws.
 *
 * @param own which of the samples are measured. All of them by default
 */
export async function runMetered(
  request: Omit<EncodeArguments, 'meters'> & { ffmpeg: Tool },
  options: Omit<EncoderOptions, 'dataOutput' | 'onData'>,
  own?: OwnSamples,
): Promise<EncoderResult> {
  const format = formatOf(request);
  if (!format) return runEncoder(request.ffmpeg, encodeArguments(request), options);
  const meter = createSoundMeter(format, own);
  const result = await runEncoder(request.ffmpeg, encodeArguments({ ...request, meters: format }), {
    ...options,
    onData: meter.take,
  });
  if (result.code !== 0) return result;
  return { ...result, measured: { format, part: meter.part() } };
}

/** The format that the MP3 should get. Undefined where only the decoder can tell. */
export function formatOf({
  audio,
  options,
}: Pick<EncodeArguments, 'audio' | 'options'>): SoundFormat | undefined {
  const channels = outputChannels(audio, options.channels);
  return channels && { sampleRate: outputRate(audio.sampleRate, options), channels };
}
