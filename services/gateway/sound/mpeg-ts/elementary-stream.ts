import { languageOf } from '../../../shared/tracks/language.ts';
import { isSecondary } from '../../../shared/tracks/secondary.ts';
import { type Descriptor, fourLetters } from './descriptor.ts';

/** A stream that the program map lists, as ffmpeg understands it (`mpegts.c`). */
export interface ElementaryStream {
  pid: number;
  kind: 'audio' | 'video' | 'other';
  /** ffmpeg's name, for sound. MP1, MP2 and MP3 are all `mp3` here: only their frames tell. */
  codec: string | undefined;
  language: string | null;
  isSecondary: boolean;
}

export interface StreamEntry {
  pid: number;
  /** `stream_type` of ISO 13818-1 table 2-34. */
  type: number;
  descriptors: readonly Descriptor[];
  /** Whether the program is registered as that of a Blu-ray disc, whose types have meanings of their own. */
  isBluRay: boolean;
}

const VIDEO = new Set([0x01, 0x02, 0x10, 0x1b, 0x20, 0x24, 0xea]);
/** Sections, and the subtitles of a Blu-ray disc. */
const OTHER = new Set([0x05, 0x0b, 0x0c, 0x0d]);
const BLU_RAY_SUBTITLES = new Set([0x90, 0x92]);
const SOUND: Readonly<Record<number, string>> = {
  ...{ 3: 'mp3', 4: 'mp3', 15: 'aac', 17: 'aac_latm' },
};
const BROADCAST_SOUND: Readonly<Record<number, string>> = { 129: 'ac3', 135: 'eac3' };
const BLU_RAY_SOUND: Readonly<Record<number, string>> = {
  ...{ 128: 'pcm_bluray', 129: 'ac3', 130: 'dts', 131: 'truehd', 132: 'eac3', 133: 'dts', 134: 'dts' },
};

const PRIVATE = 0x06;
/** Descriptors of private streams that name their content: EN 300 468. */
const SOUND_OF_TAG: Readonly<Record<number, string>> = { 106: 'ac3', 122: 'eac3', 123: 'dts' };
const SOUND_OF_REGISTRATION: Readonly<Record<string, string>> = {
  ...{ 'AC-3': 'ac3', EAC3: 'eac3', DTS1: 'dts', DTS2: 'dts', DTS3: 'dts', Opus: 'opus', BSSD: 's302m' },
};
/** Teletext and subtitles. */
const SUBTITLE_TAGS = new Set([0x56, 0x59]);

const REGISTRATION = 0x05;
const LANGUAGE = 0x0a;
const EXTENSION = 0x7f;
const SUPPLEMENTARY_AUDIO = 0x06;

/** Descriptors of MPEG-4 systems, which describe a stream a second time. */
export const isMpeg4Systems = ({ tag }: Descriptor): boolean => tag >= 0x1d && tag <= 0x1f;

/** Returns undefined for a stream that ffmpeg may understand in another way. */
export function describeStream(entry: StreamEntry): ElementaryStream | undefined {
  const { pid, descriptors } = entry;
  if (descriptors.some(isMpeg4Systems)) return undefined;
  const found = kindOf(entry);
  if (!found) return undefined;
  const language = languageOf(languageTag(descriptors));
  const disposition = Object.fromEntries(dispositions(descriptors).map((name) => [name, 1]));
  return {
    ...{ pid, codec: undefined, language, ...found },
    isSecondary: isSecondary({ disposition, language, title: null }),
  };
}

type Kind = Pick<ElementaryStream, 'kind'> & { codec?: string };
const sound = (codec: string | undefined): Kind | undefined =>
  codec === undefined ? undefined : { kind: 'audio', codec };

function kindOf({ type, descriptors, isBluRay }: StreamEntry): Kind | undefined {
  if (type === PRIVATE) return privateKind(descriptors);
  // A name of its own may change how ffmpeg reads the stream.
  if (VIDEO.has(type)) return { kind: 'video' };
  if (OTHER.has(type) || (isBluRay && BLU_RAY_SUBTITLES.has(type))) return { kind: 'other' };
  return sound(SOUND[type] ?? (isBluRay ? BLU_RAY_SOUND : BROADCAST_SOUND)[type]);
}

/** The kind of a private stream is certain where its descriptors name just one. */
function privateKind(descriptors: readonly Descriptor[]): Kind | undefined {
  const kinds = descriptors.flatMap((descriptor): Kind[] => {
    const { tag } = descriptor;
    if (SUBTITLE_TAGS.has(tag)) return [{ kind: 'other' }];
    const codec = SOUND_OF_TAG[tag] ?? registeredSound(descriptor);
    return codec === undefined ? [] : [{ kind: 'audio', codec }];
  });
  const [first] = kinds;
  return kinds.every(({ codec }) => codec === first?.codec) ? first : undefined;
}

const registeredSound = (descriptor: Descriptor): string | undefined =>
  descriptor.tag === REGISTRATION ? SOUND_OF_REGISTRATION[fourLetters(descriptor)] : undefined;

/** A stream of two mono channels has two languages, which ffmpeg joins by a comma. */
function languageTag(descriptors: readonly Descriptor[]): string {
  const last = descriptors.findLast(({ tag }) => tag === LANGUAGE);
  return entriesOf(last)
    .map((entry) => String.fromCharCode(...entry.subarray(0, 3)))
    .join(',');
}

function entriesOf(descriptor: Descriptor | undefined): Uint8Array[] {
  const { content = new Uint8Array(0) } = descriptor ?? {};
  return Array.from({ length: Math.floor(content.length / 4) }, (_, index) =>
    content.subarray(4 * index, 4 * index + 4),
  );
}

/** @returns ffmpeg's names of the flags that are set */
function dispositions(descriptors: readonly Descriptor[]): string[] {
  return descriptors.flatMap((descriptor) => {
    const { tag, content } = descriptor;
    if (tag === LANGUAGE) return entriesOf(descriptor).map((entry) => audioType(entry[3] ?? 0));
    if (tag !== EXTENSION || content[0] !== SUPPLEMENTARY_AUDIO) return [];
    return [supplementaryType(((content[1] ?? 0) >> 2) & 0x1f)];
  });
}

/** ISO 13818-1 table 2-60. */
const audioType = (type: number): string => ['', '', 'hearing_impaired', 'visual_impaired'][type] ?? '';
/** EN 300 468 table J.3. */
const supplementaryType = (type: number): string =>
  ['', 'visual_impaired', 'hearing_impaired', 'visual_impaired'][type] ?? '';
