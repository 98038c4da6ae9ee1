import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { outputRate } from '../../shared/mp3/output-format.ts';
import { DiskFull } from '../../shared/runtime/spool.ts';
import { ConversionFailure, tooLong } from '../failure.ts';
import { isCrash } from './crash.ts';
import { maxOutputBytes } from './encode-arguments.ts';
import { encodeLimits, maxErrorBytes } from './encode-limits.ts';
import { encodeMixedFormats, isFormatChange } from './encode-mixed-formats.ts';
import type { Encoded, EncodeRequest } from './encode-request.ts';
import type { DecodedSound } from './encoder-log.ts';
import { explainByCut } from './explain-by-cut.ts';
import { requestedRange } from './filter-chain.ts';
import { measureLoss } from './lost-sound.ts';
import type { EncoderResult } from './run-encoder.ts';
import { runMetered } from './run-metered.ts';
import type { ToolResult } from './run-tool.ts';
import { tooMuchSound } from './sound-bounds.ts';
import { OUTPUT } from './untrusted-input.ts';

/** Makes {@link OUTPUT} from `INPUT` with one process. Throws {@link ConversionFailure} and {@link DiskFull}. */
export async function encode(request: EncodeRequest): Promise<Encoded> {
  const { folder, limits, signal } = request;
  const listsPackets = canListPackets(request);
  const onTime = reportTime(request);
  let result: EncoderResult =
    request.early ??
    (await runMetered(
      { ...request, listsPackets },
      {
        ...{ folder, writes: [OUTPUT], signal, onTime, listsPackets },
        timeoutSeconds: limits.maxConvertSeconds,
        limits: encodeLimits(request),
        maxErrorBytes: maxErrorBytes(request),
      },
    ));
  if (isFormatChange(result)) result = await encodeMixedFormats(request, { listsPackets, onTime });
  requireSuccess(result);
  await requireBelowSizeLimit(join(folder, OUTPUT), request);
  const { measured } = result;
  const whole = await requireWholeSound(request, result);
  return { ...whole, ...(measured && { measured: { format: measured.format, parts: [measured.part] } }) };
}

/**
 * Whether ffmpeg can list the packets of the track, and has to read all of them anyway. Its muxers refuse a track whose sample
 * rate was not found before.
 */
export const canListPackets = ({ audio, options }: EncodeRequest): boolean =>
  options.end === undefined && audio.sampleRate !== undefined;

/** Returns a listener for the seconds that were read. It throws where they are more than we take. */
export function reportTime({ options: { start = 0, end }, limits, onTime }: EncodeRequest) {
  return (seconds: number): void => {
    if (seconds > (limits.maxSoundSeconds ?? Number.POSITIVE_INFINITY) + 2) throw tooMuchSound();
    const ours = end === undefined ? Math.max(0, seconds - start) : seconds;
    // Two seconds more, so that a rounded sum of packets is not mistaken for too long a sound.
    if (ours > limits.maxDurationSeconds + 2) throw tooLong(limits.maxDurationSeconds);
    onTime(ours);
  };
}

/**
 * Throws {@link ConversionFailure} unless {@link OUTPUT} holds all the sound that was decoded and selected, and holds some
 * sound at all.
 */
export async function requireWholeSound(
  { folder, audio, options, limits }: EncodeRequest,
  { decoded, packets }: Pick<Encoded, 'decoded' | 'packets'>,
): Promise<Encoded> {
  const range = requestedRange(options, outputRate(audio.sampleRate, options), limits);
  const { maxDurationSeconds, maxSoundSeconds = Number.POSITIVE_INFINITY } = limits;
  const { seconds, lost } = await measureLoss(join(folder, OUTPUT), decoded, range);
  if (placedSeconds(decoded) > maxSoundSeconds) throw tooMuchSound();
  if (seconds > maxDurationSeconds) throw tooLong(maxDurationSeconds);
  if (lost !== undefined) {
    const cause = new Error(`${lost} were decoded and are not in the MP3, which holds ${seconds} s`);
    throw new ConversionFailure('conversion_failed', 'a part of the sound was lost in the conversion', cause);
  }
  if (packets?.count === 0) {
    throw await explainByCut(
      folder,
      new ConversionFailure('no_audio', 'the sound track of this file is empty'),
    );
  }
  if (decoded.samples === 0) {
    const unreadable = new ConversionFailure('conversion_failed', 'the sound of this file cannot be read');
    throw await explainByCut(folder, unreadable);
  }
  if (seconds === 0) {
    throw new ConversionFailure('conversion_failed', 'the sound of this file ends before `start`');
  }
  return { decoded, packets, seconds };
}

/** Returns the seconds of what was decoded, and of the silence in its holes. */
const placedSeconds = ({ samples = 0, rates, placed }: DecodedSound): number =>
  rates.length === 0 ? 0 : (samples + placed.silence) / Math.max(...rates);

/** Throws where ffmpeg has reached the limit of `-fs`. It exits with 0 then, and leaves a truncated file. */
export async function requireBelowSizeLimit(
  path: string,
  { audio, limits, inputBytes }: EncodeRequest,
): Promise<void> {
  const { size } = await stat(path);
  if (size >= maxOutputBytes(audio, { ...limits, inputBytes })) {
    throw new ConversionFailure(
      'conversion_failed',
      'the file holds far more sound than it states, or than we can take',
    );
  }
}

/** Throws when ffmpeg failed: {@link ConversionFailure} where the video is at fault, {@link DiskFull}, or else an error. */
export function requireSuccess(result: ToolResult): void {
  const { code, killedBy, reachedLimit, timedOut, isOutputTooLong, stderr } = result;
  const cause = new Error(`ffmpeg: ${code ?? killedBy}: ${stderr}`);
  if (timedOut) throw new ConversionFailure('conversion_failed', 'the conversion took too long', cause);
  if (reachedLimit !== undefined) {
    const what = reachedLimit === 'cpuSeconds' ? 'processor time' : 'disk space';
    throw new ConversionFailure('conversion_failed', `the conversion took more ${what} than it may`, cause);
  }
  if (isCrash(killedBy) || isOutputTooLong) throw unreadable(cause);
  // The kernel killed it for lack of memory. The file may be the cause.
  if (killedBy) throw cause;
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    throw new DiskFull('the spool is full', { cause });
  }
  if (code !== 0) throw unreadable(cause);
}

const unreadable = (cause: Error): ConversionFailure =>
  new ConversionFailure('conversion_failed', 'the sound of this file cannot be read', cause);
