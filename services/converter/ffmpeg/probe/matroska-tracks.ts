import type { ReadAt } from './read-at.ts';

/** Ids of RFC 9559 (Matroska) and RFC 8794 (EBML). */
const ID = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
  trackEntry: 0xae,
  trackType: 0x83,
  flagEnabled: 0xb9,
  codecId: 0x86,
  contentEncodings: 0x6d80,
  contentEncoding: 0x6240,
  contentEncodingType: 0x5033,
} as const;
const AUDIO = 2;
const ENCRYPTION = 1;
/** Elements before the tracks that are looked at, and bytes of all tracks. */
const MAX_ELEMENTS = 1000;
const MAX_TRACKS_BYTES = 16 * 1024 * 1024;

/** What ffmpeg does not say about an audio track of a Matroska file. */
export interface MatroskaAudioTrack {
  /** Such as `A_AAC`. */
  codecId: string;
  isEnabled: boolean;
  isEncrypted: boolean;
}

interface Element {
  id: number;
  start: number;
  /** Infinite where the file does not say, as in a live recording. */
  end: number;
}

/** Returns the audio tracks of a Matroska or WebM file in the order in which ffmpeg lists them. */
export async function matroskaAudioTracks(read: ReadAt): Promise<MatroskaAudioTrack[]> {
  let offset = 0;
  for (let count = 0; count < MAX_ELEMENTS; count += 1) {
    const element = elementAt(await read(offset, 12), 0);
    if (!element || element.id === ID.cluster) return [];
    const [start, end] = [offset + element.start, offset + element.end];
    if (element.id === ID.tracks) {
      return audioTracks(await read(start, Math.min(end - start, MAX_TRACKS_BYTES)));
    }
    // The tracks are inside the segment.
    offset = element.id === ID.segment ? start : end;
    if (!Number.isSafeInteger(offset)) return [];
  }
  return [];
}

function audioTracks(tracks: Buffer): MatroskaAudioTrack[] {
  const found: MatroskaAudioTrack[] = [];
  for (const entry of elements(tracks, ID.trackEntry)) {
    const codecId = textOf(first(entry, ID.codecId));
    // ffmpeg leaves out a track whose codec is none of its type.
    if (numberOf(first(entry, ID.trackType)) !== AUDIO || !codecId.startsWith('A')) continue;
    const encodings = first(entry, ID.contentEncodings) ?? Buffer.alloc(0);
    const types = [...elements(encodings, ID.contentEncoding)].map((each) =>
      first(each, ID.contentEncodingType),
    );
    found.push({
      codecId,
      isEnabled: numberOf(first(entry, ID.flagEnabled)) !== 0,
      isEncrypted: types.some((type) => numberOf(type) === ENCRYPTION),
    });
  }
  return found;
}

function* elements(parent: Buffer, id: number): Generator<Buffer> {
  for (let offset = 0; offset < parent.length; ) {
    const element = elementAt(parent, offset);
    if (!element) return;
    if (element.id === id) yield parent.subarray(element.start, element.end);
    offset = element.end;
  }
}

const first = (parent: Buffer, id: number): Buffer | undefined =>
  elements(parent, id).next().value ?? undefined;
const textOf = (value: Buffer = Buffer.alloc(0)): string => value.toString('latin1').replace(/\0.*$/s, '');
const numberOf = (value: Buffer | undefined): number | undefined =>
  value && value.length > 0 && value.length <= 6 ? value.readUIntBE(0, value.length) : undefined;

/** Reads the id and the size of an element. An id keeps its length marker, a size does not. */
function elementAt(bytes: Buffer, offset: number): Element | undefined {
  const idLength = vintLength(bytes[offset]);
  const sizeLength = vintLength(bytes[offset + idLength]);
  const start = offset + idLength + sizeLength;
  if (idLength === 0 || idLength > 4 || sizeLength === 0 || start > bytes.length) return undefined;
  const [head = 0, ...rest] = bytes.subarray(offset + idLength, start);
  const size = rest.reduce((sum, byte) => sum * 256 + byte, head % 2 ** (8 - sizeLength));
  const isUnknown = size === 2 ** (7 * sizeLength) - 1;
  return {
    id: bytes.readUIntBE(offset, idLength),
    start,
    end: isUnknown ? Number.POSITIVE_INFINITY : start + size,
  };
}

/** The number of leading zero bits of the first byte gives the length. */
const vintLength = (byte = 0): number => (byte === 0 ? 0 : Math.clz32(byte) - 23);
