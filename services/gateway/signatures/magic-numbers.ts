import { latin1 } from './bytes.ts';
import { startsWithBox } from './iso-boxes.ts';

/** Texts (Latin-1) that must be at these offsets, in bytes. */
type Pattern = [offset: number, text: string][];

const patterns = (...list: Pattern[]) => {
  return (head: Uint8Array): boolean =>
    list.some((pattern) => pattern.every(([at, text]) => latin1(head, at, at + text.length) === text));
};
const starts = (...texts: string[]) => patterns(...texts.map((text): Pattern => [[0, text]]));

const CHARACTERS_CHECKED = 512;
/** A byte that no text in ASCII, UTF-8 or a code page of Windows contains. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about control characters
const CONTROL = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/;

const isText = (head: Uint8Array): boolean => !CONTROL.test(latin1(head, 0, CHARACTERS_CHECKED));

/** ISO 13818-1 2.4.3.2: packets of 188 bytes begin with 0x47. M2TS adds a 4-byte timestamp before each packet. */
const startsWithTsPackets = (head: Uint8Array): boolean =>
  [
    [0, 188, 376],
    [4, 196, 388],
  ].some((starts) => starts.every((at) => head[at] === 0x47)) && !isText(head);

/**
 * The containers that the converter reads, by their first bytes. Each of them is in FORMATS of
 * services/converter/ffmpeg/untrusted-input.ts, and ffprobe checks the rest of the file.
 */
const MEDIA: Record<string, (head: Uint8Array) => boolean> = {
  'mp4, mov, 3gp': startsWithBox,
  'mkv, webm': starts('\x1a\x45\xdf\xa3'),
  // AMV is the AVI of small players.
  avi: patterns(
    ...['AVI', 'AMV '].map(
      (text): Pattern => [
        [0, 'RIFF'],
        [8, text],
      ],
    ),
  ),
  // RIFX is big-endian. RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088) have 64-bit sizes, and so has Sony's Wave64.
  wav: patterns(
    ...['RIFF', 'RIFX', 'RF64', 'BW64'].map(
      (text): Pattern => [
        [0, text],
        [8, 'WAVE'],
      ],
    ),
    [[0, 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0']],
  ),
  mpegts: startsWithTsPackets,
  mpeg: starts('\0\0\x01\xba', '\0\0\x01\xb3'),
  mxf: starts('\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02'),
  // SMPTE 314M: the header block of the first DIF sequence, for 60 or 50 fields a second.
  dv: starts('\x1f\x07\0\x3f', '\x1f\x07\0\xbf'),
  flv: starts('FLV'),
  ogg: starts('OggS'),
  'wmv, asf': starts('\x30\x26\xb2\x75\x8e\x66\xcf\x11'),
  'rm, rmvb': starts('.RMF\0\0', '.ra\xfd'),
  flac: starts('fLaC'),
  aiff: patterns(
    ...['AIFF', 'AIFC'].map(
      (text): Pattern => [
        [0, 'FORM'],
        [8, text],
      ],
    ),
  ),
  caf: starts('caff\0\x01'),
  au: starts('.snd'),
  amr: starts('#!AMR'),
  wv: starts('wvpk'),
  tta: starts('TTA1'),
  // The four byte orders of a core frame (ETSI TS 102 114), the substream of DTS-HD, and the file header of DTS-HD.
  dts: starts(
    '\x7f\xfe\x80\x01',
    '\xfe\x7f\x01\x80',
    '\x1f\xff\xe8\0',
    '\xff\x1f\0\xe8',
    '\x64\x58\x20\x25',
    'DTSHDHDR',
  ),
  truehd: patterns([[4, '\xf8\x72\x6f\xba']]),
};

/** Whether a file begins with the signature of a container. The longest signature ends at byte 389. */
export const startsLikeMedia = (head: Uint8Array): boolean =>
  Object.values(MEDIA).some((matches) => matches(head));

/** Containers that mostly hold films, and whose picture can be left out. */
const FILMS = ['mp4, mov, 3gp', 'mkv, webm', 'avi', 'mpegts', 'mpeg', 'flv'];
const startsLikeSoundInMp4 = patterns([[4, 'ftypM4A']], [[4, 'ftypM4B']]);

/** Whether a file begins with the signature of a container that mostly holds films. */
export const startsLikeFilm = (head: Uint8Array): boolean =>
  FILMS.some((name) => MEDIA[name]?.(head)) && !startsLikeSoundInMp4(head);

/** The file types that the error names: containers, and streams of audio frames. */
export const MEDIA_TYPES = [...Object.keys(MEDIA), 'mp3', 'aac', 'ac3', 'eac3'];

/**
 * Other file types, which may contain media: without this list, an archive with an MP3 in it would be searched and taken for
 * an MP3.
 */
const startsLikeArchiveOrDocument = starts(
  ...[
    'PK\x03\x04',
    'PK\x05\x06',
    'Rar!',
    '7z\xbc\xaf\x27\x1c',
    '\x1f\x8b\x08',
    '\xfd7zXZ',
    '\x28\xb5\x2f\xfd',
  ],
  ...['%PDF', '\x89PNG', '\xff\xd8\xff', 'GIF8', 'II*\0', 'MM\0*', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ...['\x7fELF', '\xca\xfe\xba\xbe', 'SQLite format 3\0', 'BZh'],
);

/** Whether a file begins as text, or with the signature of another type than media. */
export const startsLikeOtherType = (head: Uint8Array): boolean =>
  startsLikeArchiveOrDocument(head) || isText(head);
