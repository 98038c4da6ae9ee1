import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { outputRate } from '../../shared/mp3/output-format.ts';
import { ConversionFailure } from '../failure.ts';
import { frameSamples } from '../mp3/frame-header.ts';
import { onlyDecoders } from './audio-decoders.ts';
import { decodeArguments } from './encode-arguments.ts';
import { encodeLimits, maxErrorBytes } from './encode-limits.ts';
import type { EncodeRequest } from './encode-request.ts';
import type { DecodedSound } from './encoder-log.ts';
import { requestedRange } from './filter-chain.ts';
import { measureLoss } from './lost-sound.ts';
import { type EncoderOptions, type EncoderResult, runEncoder } from './run-encoder.ts';
import { runMetered } from './run-metered.ts';
import type { ToolResult } from './run-tool.ts';
import { OUTPUT } from './untrusted-input.ts';

/** Whether ffmpeg stopped because the source changes its format midway, for example from 5.1 to stereo. */
export const isFormatChange = ({ code, stderr }: ToolResult): boolean =>
  code !== 0 && /Changing audio frame properties on the fly is not supported/.test(stderr);

const NUT_FROM_PIPE = [
  ...['-protocol_whitelist', 'pipe', '-format_whitelist', 'nut'],
  ...[...onlyDecoders(['pcm_f32le']), '-f', 'nut'],
];

/**
 * Encodes a source that changes its format midway. ffmpeg sets its filters up again at such a change, and ours would begin to
 * count anew. So one process decodes the sound to a single format and keeps the timestamps, and a second one, with our filters,
 * encodes what the first one writes into a pipe. The result is that of the encoder, or that of the decoder where it alone failed.
 */
export async function encodeMixedFormats(
  request: EncodeRequest,
  { listsPackets, onTime }: Pick<EncoderOptions, 'listsPackets' | 'onTime'>,
): Promise<EncoderResult> {
  const { ffmpeg, folder, audio, options, limits, signal } = request;
  const channels = options.channels ?? 2;
  const rate = outputRate(audio.sampleRate, options);
  const channelLayout = channels === 1 ? 'mono' : 'stereo';
  const single = { ...audio, index: 0, sampleRate: rate, channels, channelLayout };
  const fromPipe = { ...request, audio: single, inputArguments: NUT_FROM_PIPE, input: 'pipe:0' };
  const pipe = new PassThrough();
  const encoderEnded = new AbortController();
  const tool = {
    folder,
    timeoutSeconds: limits.maxConvertSeconds,
    limits: encodeLimits(request),
    maxErrorBytes: maxErrorBytes(request),
  };
  const decoding = runEncoder(
    ffmpeg,
    decodeArguments({ ...withShortAnalysis(request), listsPackets }, { rate, channels }),
    {
      ...{ ...tool, dataOutput: pipe, onTime, listsPackets },
      signal: AbortSignal.any([signal, encoderEnded.signal]),
    },
  );
  const encodes = runMetered(
    { ...fromPipe, listsPackets: false },
    {
      ...{ ...tool, writes: [OUTPUT], input: pipe, onTime: () => undefined, listsPackets: false },
      signal,
    },
  ).finally(() => {
    // The encoder needs no more, or has failed. The decoder ends by itself where it has written everything.
    if (!pipe.writableEnded) encoderEnded.abort();
  });
  const [decoder, encoder] = await Promise.allSettled([decoding, encodes]);
  signal.throwIfAborted();
  if (encoder.status === 'rejected') throw encoder.reason;
  // However the decoder has ended: it was aborted, found its pipe closed, or had written everything.
  if (encoder.value.code === 0 && (await isAllEncoded(request, encoder.value.decoded, rate))) {
    return { ...encoder.value, packets: undefined };
  }
  if (decoder.status === 'rejected') {
    if (decoder.reason !== encoderEnded.signal.reason) throw decoder.reason;
    return { ...encoder.value, packets: undefined };
  }
  if (encoder.value.code !== 0) return encoder.value;
  if (decoder.value.code !== 0) return decoder.value;
  requireAllPassedOn(decoder.value.decoded, encoder.value.decoded, rate);
  return { ...encoder.value, packets: decoder.value.packets };
}

/** Whether the MP3 is as long as the options allow, so that it does not matter what comes after it. */
async function isAllEncoded(
  { folder, options, limits }: EncodeRequest,
  decoded: DecodedSound,
  rate: number,
): Promise<boolean> {
  const range = requestedRange(options, rate, limits);
  const { seconds } = await measureLoss(join(folder, OUTPUT), decoded, range);
  return seconds * rate >= range.to - range.from - ROUNDING;
}

/**
 * ffmpeg analyses the first seconds of a file before it decodes them. Where the sample rate changes within these, it gives the
 * first frame a timestamp at the rate of the last one. A short analysis avoids that. It would not find a track that starts late.
 */
function withShortAnalysis(request: EncodeRequest): EncodeRequest {
  const { filmStartSeconds, inputArguments, audio } = request;
  if ((audio.startSeconds ?? 0) - filmStartSeconds > SHORT_ANALYSIS_SECONDS) return request;
  const analysis = ['-analyzeduration', String(SHORT_ANALYSIS_SECONDS * 1e6)];
  return { ...request, inputArguments: [...inputArguments, ...analysis] };
}

const SHORT_ANALYSIS_SECONDS = 0.1;

/** Number of samples that a resampler may lose by rounding. */
const ROUNDING = 2;

/**
 * Throws {@link ConversionFailure} where the decoder has lost a part of the sound before it wrote it. Where it set its filters
 * up again, it lost what they held: less than an MP3 frame and the resampler's delay. Where the sample rate changes too, only
 * a lower bound of what it decoded is known.
 */
function requireAllPassedOn(decoder: DecodedSound, encoder: DecodedSound, rate: number): void {
  const { samples = 0, rates } = decoder;
  const changes = rates.length - 1;
  const least = (samples * rate) / Math.max(...rates) - ROUNDING - changes * 2 * frameSamples(rate);
  if (least > (encoder.samples ?? 0)) {
    const cause = new Error(`at least ${least} samples were decoded, and ${encoder.samples} were passed on`);
    throw new ConversionFailure('conversion_failed', 'a part of the sound was lost in the conversion', cause);
  }
}
