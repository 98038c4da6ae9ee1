import { ID } from '../../services/gateway/sound/matroska/ids.ts';

type Content = Uint8Array | string | number;

/** An EBML element. Numbers take four bytes, and so do sizes. `size` replaces the true one: `'unknown'` as in a live recording. */
export function element(id: number, content: readonly Content[], size?: number | 'unknown'): Buffer {
  const bytes = Buffer.concat(content.map(bytesOf));
  const header = Buffer.alloc(8);
  header.writeUInt32BE(id);
  header.writeUInt32BE(size === 'unknown' ? 0x1fffffff : (size ?? bytes.length) + 0x10000000, 4);
  return Buffer.concat([header.subarray(header.findIndex((byte) => byte !== 0)), bytes]);
}

function bytesOf(content: Content): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content);
  if (typeof content !== 'number') return content;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(content);
  return bytes;
}

export const ebmlHeader = (...more: Uint8Array[]) =>
  element(ID.ebml, [element(ID.docType, ['matroska']), ...more]);

/** An `Info` that states a length of `duration` units. 0 for none. */
export function info(duration = 1000): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(duration);
  return element(ID.info, duration === 0 ? [] : [element(ID.duration, [bytes])]);
}

export const trackEntry = (number: number, type: number, codecId: string, ...more: Uint8Array[]): Buffer =>
  element(ID.trackEntry, [
    element(ID.trackNumber, [number]),
    element(ID.trackType, [type]),
    element(ID.codecId, [codecId]),
    ...more,
  ]);
export const pictureEntry = trackEntry(1, 1, 'V_VP8');
export const soundEntry = trackEntry(2, 2, 'A_OPUS');

export interface BlockFields {
  time?: number;
  flags?: number;
  content?: Uint8Array;
}

/** What stands in a block. Its first byte is the number of the track. */
export function blockBytes(
  track: number,
  { time = 0, flags = 0x80, content = Buffer.alloc(20, track) }: BlockFields = {},
) {
  const head = Buffer.from([0x80 + track, 0, 0, flags]);
  head.writeInt16BE(time, 1);
  return Buffer.concat([head, content]);
}
export const block = (track: number, fields?: BlockFields) =>
  element(ID.simpleBlock, [blockBytes(track, fields)]);

export const cluster = (time: number, content: readonly Uint8Array[], size?: number | 'unknown') =>
  element(ID.cluster, [element(ID.timestamp, [time]), ...content], size);

/** Clusters of one second each, with 25 blocks of the picture and as many of the sound. */
export const seconds = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, second) =>
    cluster(
      second * 1000,
      Array.from({ length: 25 }, (_, place) => [
        block(1, { time: place * 40 }),
        block(2, { time: place * 40 }),
      ]).flat(),
    ),
  );

export interface FilmParts {
  ebml?: Uint8Array;
  front?: readonly Uint8Array[];
  clusters?: readonly Uint8Array[];
  /** Size of the segment. By default, the true one. */
  size?: number | 'unknown';
}

/** A film of a picture and a sound track. */
export function matroskaFilm({
  ebml = ebmlHeader(),
  front,
  clusters = seconds(3),
  size,
}: FilmParts = {}): Buffer {
  const header = front ?? [info(), element(ID.tracks, [pictureEntry, soundEntry])];
  return Buffer.concat([ebml, element(ID.segment, [...header, ...clusters], size)]);
}
