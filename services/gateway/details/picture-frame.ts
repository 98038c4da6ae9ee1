import { isWide } from './id3-text.ts';

/**
 * The pictures that are served, by their first bytes in hexadecimal. What else a picture calls itself does not count. SVG is
 * missing, because it can hold scripts, and BMP is, because not every browser shows it.
 */
const SIGNATURES: readonly [type: string, signature: RegExp][] = [
  ['image/jpeg', /^ffd8ff/],
  ['image/png', /^89504e470d0a1a0a/],
  ['image/gif', /^47494638(?:37|39)61/],
  ['image/webp', /^52494646.{8}57454250/],
];
const SIGNATURE_BYTES = 12;

/** A picture in a file, from its first byte `start` to before `end`. */
export interface Picture {
  /** Media type. */
  type: string;
  start: number;
  end: number;
}

/**
 * Reads the beginning of a frame APIC: the encoding, the media type, the kind, and a description. `frame` is where it is in the
 * file. Returns undefined for a picture that is not served.
 */
export function parsePicture(head: Buffer, frame: { start: number; end: number }): Picture | undefined {
  const kind = head.indexOf(0, 1) + 1;
  const description = kind + 1;
  const start = kind === 0 ? -1 : endOfText(head, description, isWide(head[0]));
  if (start === -1) return undefined;
  const signature = head.toString('hex', start, start + SIGNATURE_BYTES);
  const type = SIGNATURES.find(([, pattern]) => pattern.test(signature))?.[0];
  return type === undefined ? undefined : { type, start: frame.start + start, end: frame.end };
}

/** Returns the offset behind the NUL that ends a text, or -1. */
function endOfText(bytes: Buffer, start: number, wide: boolean): number {
  if (!wide) return bytes.indexOf(0, start) + 1 || -1;
  for (let at = start; at + 1 < bytes.length; at += 2) if (bytes.readUInt16BE(at) === 0) return at + 2;
  return -1;
}
