import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ConversionFailure, NotJoinable } from '../failure.ts';
import { readTags, type TaggedMp3 } from '../mp3/frame-reader.ts';
import { writeGaplessInfo } from '../mp3/xing-tag.ts';
import { requireBelowSizeLimit, requireSuccess } from './encode.ts';
import { copyArguments } from './encode-arguments.ts';
import { encodeLimits, maxErrorBytes } from './encode-limits.ts';
import type { Encoded, EncodeRequest } from './encode-request.ts';
import { type EncoderResult, runEncoder } from './run-encoder.ts';
import { JITTER_SECONDS } from './timeline.ts';
import { OUTPUT } from './untrusted-input.ts';
import { type VerifiedMp3, verify } from './verify.ts';

/** The sound follows from the frames alone: nothing was decoded, and nothing was moved. */
const NOT_DECODED = {
  samples: undefined,
  rates: [],
  packets: undefined,
  refused: 0,
  placed: { silence: 0, jumps: [] },
  outOfMemory: false,
};

export interface CopiedSound extends Encoded {
  verified: VerifiedMp3;
}

/**
 * Makes `OUTPUT` of a track that is MP3 already: its frames, unchanged, behind a Xing tag that states their number. Verifies
 * it, too. Returns undefined where the sound has to be encoded: it is no MP3, it begins late or has pauses, which only an
 * encoder can fill with silence, or no player could play its frames without an error.
 */
export async function copyFrames(request: EncodeRequest): Promise<CopiedSound | undefined> {
  const { ffmpeg, folder, audio, limits, signal, onTime } = request;
  if (audio.codec !== 'mp3') return undefined;
  try {
    const result = await runEncoder(ffmpeg, copyArguments(request), {
      ...{ folder, writes: [OUTPUT], signal, onTime, listsPackets: true },
      timeoutSeconds: limits.maxConvertSeconds,
      limits: encodeLimits(request),
      maxErrorBytes: maxErrorBytes(request),
    });
    requireSuccess(result);
    await requireBelowSizeLimit(join(folder, OUTPUT), request);
    requireWithoutPauses(request, result);
    await requireAllFrames(request, result);
    const { maxDurationSeconds } = limits;
    const verified = await verify({ ffmpeg, folder, maxDurationSeconds, signal });
    return { decoded: NOT_DECODED, packets: result.packets, seconds: verified.seconds, verified };
  } catch (error) {
    if (error instanceof NotJoinable) return undefined;
    if (error instanceof ConversionFailure && error.code === 'conversion_failed') return undefined;
    throw error;
  }
}

/** Throws {@link NotJoinable} where the frames are not one after the other from the start of the film on. */
function requireWithoutPauses({ filmStartSeconds }: EncodeRequest, { packets }: EncoderResult): void {
  if (packets?.endSeconds === undefined) throw new NotJoinable('there are no packets');
  const pauses = packets.endSeconds - filmStartSeconds - packets.sumSeconds;
  if (pauses > JITTER_SECONDS) throw new NotJoinable(`the sound has pauses of ${pauses} s`);
}

/** Throws {@link NotJoinable} where a packet of the track is not in the MP3. */
async function requireAllFrames(
  { folder, formatName }: EncodeRequest,
  { packets }: EncoderResult,
): Promise<void> {
  const mp3 = await readTags(join(folder, OUTPUT));
  if (packets?.count !== mp3.tag.frames) throw new NotJoinable('a packet holds no whole frame');
  // ffmpeg knows delay and padding of a file that is an MP3. For the sound of a film, it writes wrong ones.
  if (formatName !== 'mp3') await clearGaplessInfo(mp3);
}

async function clearGaplessInfo({ path, id3Bytes, tagFrame: { bytes, header } }: TaggedMp3): Promise<void> {
  writeGaplessInfo(bytes, header, { delay: 0, padding: 0 });
  await using file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, id3Bytes);
}
