import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { outputChannels, outputRate } from '../../shared/mp3/output-format.ts';
import { encodeLimits, maxErrorBytes } from '../ffmpeg/encode-limits.ts';
import type { EncodeRequest } from '../ffmpeg/encode-request.ts';
import { filterChain, requestedRange } from '../ffmpeg/filter-chain.ts';
import { type Gain, gainFilters } from '../ffmpeg/gain.ts';
import { INPUT, OUTPUT, untrustedInput } from '../ffmpeg/untrusted-input.ts';
import { FormatChange, type Loudness, measureLoudness } from './measure.ts';
import { normalize } from './normalize.ts';

/** Share of the whole work that the first pass, which only measures, takes. It is for the progress of the job. */
const MEASURE_SHARE = 0.3;

/**
 * Makes an MP3 of the loudness that was asked for. The first pass measures the sound after the same filters as in the second
 * one, which encodes it. Returns the loudness of the MP3 itself. Throws what `encode` throws.
 */
export async function encodeNormalized<Result>(
  request: EncodeRequest,
  target: number,
  encode: (request: EncodeRequest) => Promise<Result>,
): Promise<{ result: Result; loudness: Loudness; warnings: JobWarning[] }> {
  const { ffmpeg, folder, limits, signal, onTime } = request;
  const tool = {
    ...{ ffmpeg, folder, signal },
    timeoutSeconds: limits.maxConvertSeconds,
    limits: encodeLimits(request),
    maxErrorBytes: maxErrorBytes(request),
  };
  let done = 0;
  // Another trial begins anew, and the progress stays where it is until then.
  const report = (seconds: number): void => {
    done = Math.max(done, seconds);
    onTime(done);
  };
  let measured = 0;
  let made: { result: Result; loudness: Loudness } | undefined;
  async function measureSource(gain?: Gain): Promise<Loudness> {
    const reportTime = (seconds: number) => {
      measured = Math.max(measured, seconds * MEASURE_SHARE);
      report(measured);
    };
    try {
      return await measureLoudness({ ...tool, ...sourceAfter(request, gain), onTime: reportTime });
    } catch (error) {
      // It takes two processes to encode such a source. So its MP3 is measured instead.
      if (error instanceof FormatChange) return await encodeAndMeasure(gain);
      throw error;
    }
  }
  async function encodeAndMeasure(gain: Gain | undefined): Promise<Loudness> {
    const reportTime = (seconds: number) => report(measured + seconds * (1 - MEASURE_SHARE));
    const result = await encode({ ...request, gain, onTime: reportTime });
    const input = [...untrustedInput, '-f', 'mp3', '-i', OUTPUT];
    made = { result, loudness: await measureLoudness({ ...tool, input }) };
    return made.loudness;
  }
  const warnings = await normalize({ target, measureSource, encode: encodeAndMeasure });
  if (made === undefined) throw new Error('nothing was encoded');
  return { ...made, warnings };
}

/** The sound as the encoder would get it. */
function sourceAfter(request: EncodeRequest, gain: Gain | undefined) {
  const { audio, filmStartSeconds, inputArguments, limits } = request;
  // The encoder takes stereo where the mix is open. The meter would take any layout.
  const options = { ...request.options, channels: outputChannels(audio, request.options.channels) };
  const rate = outputRate(audio.sampleRate, options);
  const range = requestedRange(options, rate, limits);
  const finish = gain ? gainFilters(gain, rate) : [];
  return {
    input: ['-copyts', ...inputArguments, '-i', INPUT, '-map', `0:${audio.index}`],
    filters: [filterChain({ source: { ...audio, filmStartSeconds }, options, rate, range, finish })],
  };
}
