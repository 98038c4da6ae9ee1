import { decodingTime } from '../mpeg-system/pes.ts';

/** A pack header, a system header or a PES packet. */
export interface Element {
  /** The stream: its id, and for a private stream the id within it. 0 for what is no stream. */
  id: number;
  bytes: number;
  /** Where the content of the stream begins in it. */
  content: number;
  /** In ticks, where it is stated. */
  time: number | undefined;
}

const PROGRAM_END = 0xb9;
const PACK = 0xba;
const SYSTEM_HEADER = 0xbb;
const PRIVATE_1 = 0xbd;
const PADDING = 0xbe;
const PRIVATE_2 = 0xbf;

/** Bytes of the longest header that {@link readElement} reads: that of a PES packet with all its fields. */
export const MAX_HEADER_BYTES = 300;

/** Bytes of the longest element. */
export const MAX_ELEMENT_BYTES = 6 + 0xffff;

const NO_STREAM = { id: 0, content: 0, time: undefined };

/**
 * Reads the element that begins at `at`. Returns undefined where none begins there, or one of a kind that ffmpeg reads in a way
 * of its own, such as a map of the streams. @see ISO 13818-1 2.5.3 and ISO 11172-1 2.4.3
 */
export function readElement(bytes: Uint8Array, at: number): Element | undefined {
  if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1) return undefined;
  const code = bytes[at + 3] ?? 0;
  const length = 6 + (((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0));
  if (code === PROGRAM_END) return { ...NO_STREAM, bytes: 4 };
  if (code === PACK) return readPack(bytes, at);
  if (code === SYSTEM_HEADER || code === PADDING) return { ...NO_STREAM, bytes: length };
  if (code === PRIVATE_2) return { ...NO_STREAM, id: code, bytes: length };
  const isStream = code === PRIVATE_1 || (code >= 0xc0 && code <= 0xef);
  return isStream ? readPes(bytes, at, length) : undefined;
}

function readPack(bytes: Uint8Array, at: number): Element | undefined {
  const first = bytes[at + 4] ?? 0;
  if (first >> 6 === 1) return { ...NO_STREAM, bytes: 14 + ((bytes[at + 13] ?? 0) & 7) };
  return first >> 4 === 2 ? { ...NO_STREAM, bytes: 12 } : undefined;
}

function readPes(bytes: Uint8Array, at: number, length: number): Element | undefined {
  const code = bytes[at + 3] ?? 0;
  const header = ((bytes[at + 6] ?? 0) & 0xc0) === 0x80 ? readHeader2(bytes, at) : readHeader1(bytes, at);
  if (!header || header.content > length) return undefined;
  const id = code === PRIVATE_1 ? (code << 8) | (bytes[at + header.content] ?? 0) : code;
  return { id, bytes: length, ...header };
}

type Header = Pick<Element, 'content' | 'time'>;

const readHeader2 = (bytes: Uint8Array, at: number): Header => ({
  content: 9 + (bytes[at + 8] ?? 0),
  time: decodingTime(bytes.subarray(at, at + MAX_HEADER_BYTES)),
});

/** The header of MPEG-1: filler, the size of a buffer, and times. */
function readHeader1(bytes: Uint8Array, at: number): Header | undefined {
  let next = at + 6;
  while (next < at + 22 && bytes[next] === 0xff) next += 1;
  if ((bytes[next] ?? 0) >> 6 === 1) next += 2;
  const kind = (bytes[next] ?? 0) >> 4;
  if (kind === 0 && bytes[next] === 0x0f) return { content: next + 1 - at, time: undefined };
  if (kind !== 2 && kind !== 3) return undefined;
  // As in a header of MPEG-2, which has three bytes before its times.
  const times = new Uint8Array(19);
  times[7] = kind << 6;
  times.set(bytes.subarray(next, next + 10), 9);
  return { content: next + (kind === 3 ? 10 : 5) - at, time: decodingTime(times) };
}
