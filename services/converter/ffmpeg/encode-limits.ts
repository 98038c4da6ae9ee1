import type { Limits } from '../sandbox/sandbox.ts';
import { maxOutputBytes } from './encode-arguments.ts';
import type { EncodeRequest } from './encode-request.ts';

/** The slowest processor that we know of converts five seconds of sound in one. */
const SLOWEST_SPEED = 5;
/** Bytes of a second of sound, as few as it takes in practice, for files that do not state their length. */
const FEWEST_BYTES_PER_SECOND = 1000;
const LEAST_CPU_SECONDS = 120;

const MiB = 1024 * 1024;
/** Bytes of messages for each byte of the file: a decoder that refuses a frame of 20 bytes complains in about 300. */
const MESSAGE_BYTES_PER_BYTE = 16;

/**
 * What one process may use that reads the whole sound once. The time grows with the length that the file states, and with its
 * size where it states none. A header may state too little, after a crash of the recorder: ten minutes more cost little.
 */
export function encodeLimits(
  request: Pick<EncodeRequest, 'audio' | 'inputBytes' | 'limits'>,
): Required<Pick<Limits, 'cpuSeconds' | 'fileBytes'>> {
  const { audio, inputBytes, limits } = request;
  const { expectedSeconds, isLengthStated } = audio;
  const isStated = isLengthStated && expectedSeconds !== undefined;
  const plausible = isStated ? 2 * expectedSeconds + 600 : inputBytes / FEWEST_BYTES_PER_SECOND;
  const seconds = Math.min(limits.maxDurationSeconds, plausible);
  return {
    cpuSeconds: Math.min(limits.maxConvertSeconds, LEAST_CPU_SECONDS + seconds / SLOWEST_SPEED),
    // Before this limit, ffmpeg ends by its own one, which leaves a file that says so.
    fileBytes: maxOutputBytes(audio, { ...limits, inputBytes }) + MiB,
  };
}

/** The bytes of standard error of a process that reads the whole sound. Every frame of a damaged film may cause a message. */
export const maxErrorBytes = ({ inputBytes }: Pick<EncodeRequest, 'inputBytes'>): number =>
  Math.min(1024 * MiB, 64 * MiB + MESSAGE_BYTES_PER_BYTE * inputBytes);
