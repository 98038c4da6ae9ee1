import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { EARLY_HEAD_BYTES } from '../../shared/jobs/early-request.ts';
import { ConversionFailure } from '../failure.ts';
import { argumentsOf, type EarlySound, fromPipe } from '../ffmpeg/early-sound.ts';
import {
  canListPackets,
  reportTime,
  requireBelowSizeLimit,
  requireSuccess,
  requireWholeSound,
} from '../ffmpeg/encode.ts';
import { encodeLimits, maxErrorBytes } from '../ffmpeg/encode-limits.ts';
import type { EncodeLimits, EncodeRequest } from '../ffmpeg/encode-request.ts';
import { type Probe, probe } from '../ffmpeg/probe/probe.ts';
import { runMetered } from '../ffmpeg/run-metered.ts';
import { maxSoundSeconds } from '../ffmpeg/sound-bounds.ts';
import { INPUT, OUTPUT } from '../ffmpeg/untrusted-input.ts';
import type { Tool } from '../sandbox/sandbox.ts';

/**
 * Containers that ffmpeg reads from beginning to end. An MP4 with its index at the end is not understood by its head. The page and
 * the command line send the sound of such a film with its index in front.
 */
const STREAMED = /^(mov,|matroska|mpegts$)/;
/** A head of so many bytes that is not understood is not looked at again. */
const MAX_HEAD_BYTES = 8 * EARLY_HEAD_BYTES;

/** What ffmpeg says of a track whose decoder we do not allow, such as the picture of a film. */
const REFUSED_PICTURE = / Codec \(\w+\) not on whitelist '/;

export interface ArrivingVideo {
  /** The bytes, as they arrive. */
  parts: AsyncIterable<Uint8Array>;
  /** Bytes of the whole video. */
  size: number;
  /** A private folder, in which `INPUT` and `OUTPUT` are made. */
  folder: string;
  options: ConversionOptions;
}

export interface EncodeArrivingTools {
  ffmpeg: Tool;
  ffprobe: Tool;
  limits: EncodeLimits;
  signal: AbortSignal;
  /** Gets the bytes that the encoder has taken so far. */
  onBytes?: (bytes: number) => void;
  /** Gets the seconds of sound that were encoded so far. */
  onTime?: (seconds: number) => void;
}

export interface ArrivedVideo {
  /** Of `INPUT`, in lower-case hexadecimal. */
  sha256: string;
  sound: EarlySound;
}

/** Writes a video into its file and encodes its sound at the same time. Throws for any video for which that is not possible. */
export async function encodeArriving(
  { parts, size, folder, options }: ArrivingVideo,
  { ffmpeg, ffprobe, limits, signal, onBytes, onTime = () => undefined }: EncodeArrivingTools,
): Promise<ArrivedVideo> {
  await using file = await open(join(folder, INPUT), 'wx', 0o600);
  const spooled = spool(parts, file);
  const understand = () => probe({ ffmpeg, ffprobe, folder, signal }, options.track);
  const head = await readHead(spooled, understand);
  if (!STREAMED.test(head.probed.formatName)) throw new NotEarly('this container is not read in one go');
  const request = requestOf(head.probed, {
    ffmpeg,
    folder,
    options,
    limits,
    inputBytes: size,
    signal,
    onTime,
  });
  const listsPackets = canListPackets(request);
  const piped = fromPipe({ ...request, listsPackets });
  if (!piped) throw new NotEarly('the tracks of this file are not found by its beginning alone');

  let fed = 0;
  let hasFedAll = false;
  async function* feed(): AsyncGenerator<Uint8Array> {
    yield* createReadStream(join(folder, INPUT), { end: head.bytes - 1 });
    fed = head.bytes;
    for (;;) {
      onBytes?.(fed);
      const { done, value } = await spooled.next();
      if (done) break;
      yield value;
      fed += value.length;
    }
    hasFedAll = fed === size;
  }
  const result = await runMetered(piped, {
    ...{ folder, writes: [OUTPUT], signal, listsPackets, onTime: reportTime(request) },
    input: Readable.from(feed(), { objectMode: false, highWaterMark: 1 }),
    timeoutSeconds: limits.maxConvertSeconds,
    limits: encodeLimits(request),
    maxErrorBytes: maxErrorBytes(request),
  });
  requireSuccess(result);
  // A file whose sound is not in the order in which it is played is read in jumps. A pipe allows none, and ffmpeg complains.
  const complaint = result.stderr.split('\n').find((line) => line !== '' && !REFUSED_PICTURE.test(line));
  if (complaint !== undefined) throw new NotEarly(`ffmpeg: ${complaint}`);
  if (!hasFedAll) throw new NotEarly('the video did not arrive as a whole, or ffmpeg did not read all of it');
  await requireBelowSizeLimit(join(folder, OUTPUT), request);
  await requireWholeSound(request, result);
  return { sha256: spooled.digest(), sound: { arguments: argumentsOf(piped), result } };
}

/** A video whose sound cannot be encoded before all of it is there. */
export class NotEarly extends Error {}

/** Passes the parts on that are written into the file. */
function spool(parts: AsyncIterable<Uint8Array>, file: FileHandle) {
  const hash = createHash('sha256');
  const iterator = parts[Symbol.asyncIterator]();
  return {
    async next(): Promise<IteratorResult<Uint8Array>> {
      const result = await iterator.next();
      if (result.done) return result;
      await file.writeFile(result.value);
      hash.update(result.value);
      return result;
    },
    digest: () => hash.digest('hex'),
  };
}

/** Reads until the file is understood. Throws where it is not by then, or ends before. */
async function readHead(
  spooled: ReturnType<typeof spool>,
  understand: () => Promise<Probe>,
): Promise<{ bytes: number; probed: Probe }> {
  let bytes = 0;
  for (let wanted = EARLY_HEAD_BYTES; ; wanted *= 2) {
    while (bytes < wanted) {
      const { done, value } = await spooled.next();
      if (done) throw new NotEarly('the video has arrived before it was understood');
      bytes += value.length;
    }
    try {
      return { bytes, probed: await understand() };
    } catch (error) {
      if (!(error instanceof ConversionFailure) || wanted >= MAX_HEAD_BYTES) throw error;
    }
  }
}

/** The request that the ordinary conversion makes of the same description. */
function requestOf(
  { audio, filmStartSeconds, formatName, inputArguments }: Probe,
  { limits, inputBytes, ...rest }: Omit<EncodeRequest, keyof Probe>,
): EncodeRequest {
  return {
    ...{ ...rest, audio, filmStartSeconds, formatName, inputArguments, inputBytes },
    limits: { ...limits, maxSoundSeconds: maxSoundSeconds(inputBytes, audio) },
  };
}
