import { containsFrames, startsWithFrames, startsWithId3 } from './signatures/audio-frames.ts';
import { hasBoxes } from './signatures/iso-boxes.ts';
import { startsLikeMedia, startsLikeOtherType } from './signatures/magic-numbers.ts';
import {
  containsDv,
  containsMxf,
  containsProgramStream,
  containsSyncWords,
  containsTransportStream,
} from './signatures/packets.ts';

/** Whether a file that begins with these bytes may be a media file. Padding before an MP3 is no sign of anything. */
export function looksLikeMedia(head: Buffer): boolean {
  if (startsLikeMedia(head)) return true;
  const padding = paddingBytes(head);
  if (startsWithId3(head, padding) || startsWithFrames(head, padding)) return true;
  if (padding === head.length || startsLikeOtherType(head.subarray(padding))) return containsMxf(head);
  return containsMedia(head, padding);
}

/** Whether media begins somewhere in the head, as in a recording that was started in mid-stream. */
const containsMedia = (head: Buffer, padding: number): boolean =>
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
