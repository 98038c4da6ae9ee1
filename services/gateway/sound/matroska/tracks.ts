import { isNarrative, languageOf } from '../../../shared/tracks/language.ts';
import { isSecondary } from '../../../shared/tracks/secondary.ts';
import { titleOf } from '../../../shared/tracks/title.ts';
import { audioCodec } from './codecs.ts';
import { childrenOf, readText, readUnsigned } from './ebml.ts';
import { ID } from './ids.ts';
import { Unsure } from './unsure.ts';

export interface MatroskaTrack {
  number: number;
  type: 'video' | 'audio' | 'other';
  /** Such as `A_AAC`. */
  codecId: string;
  /** Whether ffmpeg has to decompress its blocks. */
  isCompressed: boolean;
  isEncrypted: boolean;
  /** Of H.264 and H.265: the bytes of the length in front of each NAL unit. */
  nalLengthBytes?: number | undefined;
}

export interface MatroskaAudioTrack extends MatroskaTrack {
  type: 'audio';
  /** Position among the audio tracks, from 1. */
  position: number;
  /** ffmpeg's name of the codec. Undefined where it is not certain. */
  codec: string | undefined;
  language: string | null;
  isDefault: boolean;
  isDisabled: boolean;
  isSecondary: boolean;
}

/** More tracks than this are no film. */
const MAX_TRACKS = 500;
/** Numbers of RFC 9559 5.1.4.1.3. ffmpeg lists only tracks of these types. */
const TYPES: Readonly<Record<number, MatroskaTrack['type']>> = {
  1: 'video',
  2: 'audio',
  17: 'other',
  33: 'other',
};
/** The letters with which the codecs of a type begin. ffmpeg leaves out a track whose codec is none of its type. */
const LETTERS = { video: 'V', audio: 'A', other: 'SD' };
const HEADER_STRIPPING = 3;

type Fields = ReturnType<typeof fieldsOf>;

/**
 * Reads the content of the element `Tracks`. Throws {@link Unsure} where ffmpeg might list other tracks.
 *
 * @returns all tracks, in the order of the film.
 */
export function readTracks(bytes: Uint8Array): (MatroskaTrack | MatroskaAudioTrack)[] {
  const entries = childrenOf(bytes).filter(({ id }) => id !== ID.crc && id !== ID.void);
  if (entries.length > MAX_TRACKS) throw new Unsure('too many tracks');
  let position = 0;
  const tracks = entries.map(({ id, start, end }) => {
    if (id !== ID.trackEntry) throw new Unsure('an unknown element beside the tracks');
    const fields = fieldsOf(bytes.subarray(start, end));
    const track = trackOf(fields);
    if (track.type !== 'audio') return track;
    position += 1;
    return { ...track, ...audioTraits(fields), type: 'audio' as const, position };
  });
  if (new Set(tracks.map(({ number }) => number)).size < tracks.length) throw new Unsure('a number twice');
  return tracks;
}

export const isAudio = (track: MatroskaTrack): track is MatroskaAudioTrack => track.type === 'audio';

function trackOf(fields: Fields): MatroskaTrack {
  const codecId = fields.text(ID.codecId) ?? '';
  const type = TYPES[fields.number(ID.trackType) ?? 0];
  if (!type || codecId === '' || !LETTERS[type].includes(codecId[0] ?? '-'))
    throw new Unsure('an unknown type');
  const number = fields.number(ID.trackNumber);
  if (number === undefined) throw new Unsure('a track without a number');
  const nalLengthBytes = nalLengthBytesOf(codecId, fields.bytes(ID.codecPrivate));
  return { number, type, codecId, nalLengthBytes, ...encodingOf(fields.bytes(ID.contentEncodings)) };
}

/** Reads the length from the configuration of the decoder: ISO 14496-15, 5.3.3.1 and 8.3.3.1. */
function nalLengthBytesOf(codecId: string, configuration: Uint8Array | undefined): number | undefined {
  const place = { 'V_MPEG4/ISO/AVC': 4, 'V_MPEGH/ISO/HEVC': 21 }[codecId];
  const byte = place === undefined ? undefined : configuration?.[place];
  return byte === undefined ? undefined : (byte & 3) + 1;
}

function encodingOf(
  bytes: Uint8Array = new Uint8Array(0),
): Pick<MatroskaTrack, 'isCompressed' | 'isEncrypted'> {
  const encodings = childrenOf(bytes).filter(({ id }) => id === ID.contentEncoding);
  if (encodings.length > 1) throw new Unsure('several encodings');
  const [first] = encodings;
  if (!first) return { isCompressed: false, isEncrypted: false };
  const fields = fieldsOf(bytes.subarray(first.start, first.end));
  const compression = fields.bytes(ID.contentCompression) ?? new Uint8Array(0);
  const algorithm = fieldsOf(compression).number(ID.compressionAlgorithm) ?? 0;
  const isEncrypted = (fields.number(ID.contentEncodingType) ?? 0) !== 0;
  return { isCompressed: !isEncrypted && algorithm !== HEADER_STRIPPING, isEncrypted };
}

/** The traits that ffmpeg shows, with its defaults. */
function audioTraits(fields: Fields) {
  const flag = (id: number) => Number((fields.number(id) ?? 0) !== 0);
  // ffmpeg 5.1 knows no other languages than these, and not those of BCP 47.
  const language = languageOf(fields.text(ID.language) ?? 'eng');
  const title = titleOf({ title: fields.text(ID.name) });
  const disposition = {
    comment: flag(ID.flagCommentary),
    hearing_impaired: flag(ID.flagHearingImpaired),
    visual_impaired: flag(ID.flagVisualImpaired),
  };
  const nothing = new Uint8Array(0);
  return {
    codec: audioCodec({
      codecId: fields.text(ID.codecId) ?? '',
      codecPrivate: fields.bytes(ID.codecPrivate) ?? nothing,
      audio: fields.bytes(ID.audio) ?? nothing,
    }),
    language,
    isDefault: fields.number(ID.flagDefault) !== 0,
    isDisabled: fields.number(ID.flagEnabled) === 0,
    isSecondary: isSecondary({ disposition, language, title }) || isNarrative(language),
  };
}

/** The children of an element. Of an element that is there twice, the last one counts, as in ffmpeg. */
function fieldsOf(parent: Uint8Array) {
  const content = new Map<number, Uint8Array>();
  for (const { id, start, end } of childrenOf(parent)) content.set(id, parent.subarray(start, end));
  return {
    bytes: (id: number) => content.get(id),
    number: (id: number) =>
      content.has(id) ? readUnsigned(content.get(id) ?? new Uint8Array(0)) : undefined,
    text: (id: number) => (content.has(id) ? readText(content.get(id) ?? new Uint8Array(0)) : undefined),
  };
}
