import { containsFrames, startsWithFrames, startsWithId3 } from './audio-frames.ts';
import { hasBoxes } from './iso-boxes.ts';
import { startsLikeMedia, startsLikeOtherType } from './magic-numbers.ts';
import {
  containsDv,
  containsMxf,
  containsProgramStream,
  containsSyncWords,
  containsTransportStream,
  MXF_RUN_IN_BYTES,
} from './packets.ts';

/** Enough for every signature at the start of a file, by which most files are recognized. */
export const START_BYTES = 400;
/** Enough for an MXF file with the longest run-in. Every other search needs less: a frame of AAC has 8 KiB at most. */
export const HEAD_BYTES = MXF_RUN_IN_BYTES + START_BYTES;
/**
 * The most padding before the media. ffmpeg looks at the first MiB of a file. An upload that is being stored needs as much
 * memory as the padding that is kept meanwhile.
 */
export const PADDING_BYTES = 1024 ** 2 - HEAD_BYTES;

/** Whether a file that begins with these bytes may be a media file. Padding before an MP3 is no sign of anything. */
export function looksLikeMedia(head: Uint8Array): boolean {
  if (startsLikeMedia(head)) return true;
  const padding = paddingBytes(head);
  if (startsWithId3(head, padding) || startsWithFrames(head, padding)) return true;
  if (padding === head.length || startsLikeOtherType(head.subarray(padding))) return containsMxf(head);
  return containsMedia(head, padding);
}

/** Whether media begins somewhere in the head, as in a recording that was started in mid-stream. */
const containsMedia = (head: Uint8Array, padding: number): boolean =>
  hasBoxes(head) ||
  containsTransportStream(head) ||
  containsProgramStream(head) ||
  containsMxf(head) ||
  containsDv(head) ||
  containsSyncWords(head) ||
  containsFrames(head, padding);

/** The bytes that some programs write before an MP3, as often as they like: zeros, erased flash memory, spaces. */
const PADDING = [0x00, 0xff, 0x20];

/** The number of equal bytes with which a file begins, where they are padding. */
export function paddingBytes(bytes: Uint8Array): number {
  const [fill = 1] = bytes;
  if (!PADDING.includes(fill)) return 0;
  let end = 1;
  while (end < bytes.length && bytes[end] === fill) end += 1;
  // A frame of MPEG audio begins with 0xFF itself.
  return fill === 0xff && end < bytes.length ? end - 1 : end;
}
