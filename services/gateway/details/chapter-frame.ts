import type { Mp3Details } from '../../shared/jobs/mp3-details.ts';
import { decodeText } from './id3-text.ts';

export type Chapter = Mp3Details['chapters'][number];

/** Start and end in milliseconds, and two offsets in bytes, which the converter does not use. 32 bits each. */
const TIMES_BYTES = 16;
/** The header of the frame in this frame. */
const HEADER_BYTES = 10;

/** Reads the body of a frame CHAP: an id, times, and the title in a frame TIT2. Returns undefined where it is damaged. */
export function parseChapter(body: Buffer): Chapter | undefined {
  const times = body.indexOf(0) + 1;
  if (times === 0 || times + TIMES_BYTES > body.length) return undefined;
  return {
    start_seconds: body.readUInt32BE(times) / 1000,
    end_seconds: body.readUInt32BE(times + 4) / 1000,
    title: titleOf(body.subarray(times + TIMES_BYTES)),
  };
}

function titleOf(frames: Buffer): string {
  if (frames.length < HEADER_BYTES || frames.toString('latin1', 0, 4) !== 'TIT2') return '';
  return decodeText(frames.subarray(HEADER_BYTES, HEADER_BYTES + frames.readUInt32BE(4)));
}
