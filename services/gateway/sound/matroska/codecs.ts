import { childrenOf, readUnsigned } from './ebml.ts';
import { ID } from './ids.ts';

/** What a track entry says about its codec. */
export interface CodecFields {
  /** Such as `A_AAC`. */
  codecId: string;
  codecPrivate: Uint8Array;
  /** The content of the element `Audio`. */
  audio: Uint8Array;
}

const AUDIO: Readonly<Record<string, string>> = {
  A_AC3: 'ac3',
  A_EAC3: 'eac3',
  A_ALAC: 'alac',
  A_DTS: 'dts',
  A_FLAC: 'flac',
  A_MLP: 'mlp',
  'A_MPEG/L2': 'mp2',
  'A_MPEG/L3': 'mp3',
  A_OPUS: 'opus',
  A_TRUEHD: 'truehd',
  A_TTA1: 'tta',
  A_VORBIS: 'vorbis',
  A_WAVPACK4: 'wavpack',
};
const PCM: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'A_PCM/INT/LIT': { 8: 'pcm_u8', 16: 'pcm_s16le', 24: 'pcm_s24le', 32: 'pcm_s32le' },
  'A_PCM/INT/BIG': { 16: 'pcm_s16be', 24: 'pcm_s24be', 32: 'pcm_s32be' },
  'A_PCM/FLOAT/IEEE': { 32: 'pcm_f32le', 64: 'pcm_f64le' },
};
/** Object types of AAC that ffmpeg decodes: Main, LC, LTP, SBR and PS (ISO 14496-3). It does not decode xHE-AAC. */
const AAC_OBJECT_TYPES = [1, 2, 4, 5, 29];

/** Returns ffmpeg's name of the codec of an audio track, or undefined where it is not certain. */
export function audioCodec({ codecId, codecPrivate, audio }: CodecFields): string | undefined {
  if (codecId === 'A_AAC') return isCommonAac(codecPrivate) ? 'aac' : undefined;
  const depths = PCM[codecId];
  if (!depths) return AUDIO[codecId];
  const depth = childrenOf(audio).find(({ id }) => id === ID.bitDepth);
  return depth && depths[readUnsigned(audio.subarray(depth.start, depth.end))];
}

const isCommonAac = ([first = 0]: Uint8Array): boolean => AAC_OBJECT_TYPES.includes(first >> 3);

/**
 * Codecs whose blocks ffmpeg passes on as they are. Of others, such as ProRes, WavPack and WebVTT, it reads the content, and where
 * that fails it skips all that follows, also sound, up to the next cluster.
 */
const PASSED_ON = [
  /^V_(AV1|MPEG1|MPEG2|MPEG4\/ISO\/(AVC|ASP|AP|SP)|MPEGH\/ISO\/HEVC|VP8|VP9|THEORA|MJPEG|FFV1|MS\/VFW\/FOURCC)$/,
  /^A_(AAC|AC3|EAC3|ALAC|DTS|FLAC|MLP|MPEG\/L[123]|MS\/ACM|OPUS|PCM\/.+|TRUEHD|TTA1|VORBIS)$/,
  /^S_(TEXT\/(UTF8|ASCII|ASS|SSA)|ASS|SSA|VOBSUB|DVBSUB|HDMV\/PGS)$/,
];

/** Whether blocks of the codec can be left out. */
export const isPassedOn = (codecId: string): boolean => PASSED_ON.some((codecs) => codecs.test(codecId));

/**
 * Codecs of pictures whose decoders know no bit rate. Where a film states no length, ffmpeg takes it from the bit rates and the
 * size of the file, but only if it knows the bit rates of all tracks.
 */
export const hasNoBitRate = (codecId: string): boolean =>
  /^V_(AV1|MPEG4\/ISO\/AVC|MPEGH\/ISO\/HEVC|VP8|VP9)$/.test(codecId);
