import { type DecoderConfig, readDecoderConfig } from './decoder-config.ts';
import { type AudioFormat, readAudioFormat, type SampleEntry } from './sample-entry.ts';

/** Formats whose four-character code is all that ffmpeg needs, and its names of the codecs. */
const BY_FORMAT: Readonly<Record<string, string>> = {
  '.mp2': 'mp2',
  '.mp3': 'mp3',
  'mp3 ': 'mp3',
  'ms\0U': 'mp3',
  'ac-3': 'ac3',
  sac3: 'ac3',
  'ec-3': 'eac3',
  alac: 'alac',
  samr: 'amr_nb',
  sawb: 'amr_wb',
  Opus: 'opus',
  fLaC: 'flac',
  dtsc: 'dts',
  mlpa: 'truehd',
  ulaw: 'pcm_mulaw',
  alaw: 'pcm_alaw',
  ima4: 'adpcm_ima_qt',
};

/** Object types of MPEG-4 Systems (`esds`). That of MPEG-4 audio has object types of its own. */
const BY_OBJECT_TYPE: Readonly<Record<number, string>> = {
  103: 'aac',
  105: 'mp3',
  107: 'mp3',
  165: 'ac3',
  166: 'eac3',
  169: 'dts',
  173: 'opus',
  193: 'flac',
  221: 'vorbis',
};
const MPEG4_AUDIO = 64;
/** AAC Main, AAC LC, AAC LTP, and those with SBR and with parametric stereo. ISO 14496-3, table 1.17. */
const AAC_OBJECT_TYPES = [1, 2, 4, 5, 29];
const AAC_LC = 2;

/** Returns ffmpeg's name of the codec of an audio track, or undefined where it is not certain. */
export function audioCodecOf(entry: SampleEntry): string | undefined {
  const format = readAudioFormat(entry);
  if (!format) return undefined;
  if (entry.format === 'mp4a') return codecOf(readDecoderConfig(format.extensions.get('esds')));
  return BY_FORMAT[entry.format] ?? pcmCodecOf(entry.format, format);
}

function codecOf(config: DecoderConfig | undefined): string | undefined {
  if (!config) return undefined;
  if (config.objectType !== MPEG4_AUDIO) return BY_OBJECT_TYPE[config.objectType];
  return config.audio && AAC_OBJECT_TYPES.includes(config.audio.objectType) ? 'aac' : undefined;
}

/**
 * Whether the header of a track says how many channels it has. Otherwise a decoder has to see some of its sound: that of MP3, and
 * of mono AAC, which may hide a second channel (parametric stereo).
 */
export function statesChannels(entry: SampleEntry): boolean {
  const codec = audioCodecOf(entry);
  if (codec !== 'aac')
    return codec !== undefined && (HEADER_STATES_CHANNELS.has(codec) || codec.startsWith('pcm_'));
  const audio = readDecoderConfig(readAudioFormat(entry)?.extensions.get('esds'))?.audio;
  if (audio?.objectType !== AAC_LC) return false;
  return audio.channels > 1 || (audio.channels === 1 && audio.sampleRate >= LEAST_PLAIN_RATE);
}

const HEADER_STATES_CHANNELS = new Set(['ac3', 'eac3', 'alac', 'flac', 'opus', 'amr_nb', 'amr_wb']);
/** Parametric stereo has half of the rate of the sound, in Hz. */
const LEAST_PLAIN_RATE = 32_000;

/**
 * Returns the bytes of one sample as ffmpeg counts them where the tables of QuickTime have one size for all samples. It may be a
 * fraction, because a sample of a packed codec is a part of its packet.
 */
export function bytesOfSample(entry: SampleEntry): number {
  const format = readAudioFormat(entry);
  if (!format) return 0;
  const { channels, bitsPerSample, samplesPerPacket, bytesPerPacket } = format;
  if (audioCodecOf(entry)?.startsWith('pcm_')) return ((BITS[entry.format] ?? bitsPerSample) / 8) * channels;
  return samplesPerPacket > 0 ? bytesPerPacket / samplesPerPacket : 0;
}

/** Bits of a sample where the format alone says so. The field says 16 for many of them. */
const BITS: Readonly<Record<string, number>> = { in24: 24, in32: 32, fl32: 32, fl64: 64, ulaw: 8, alaw: 8 };

function pcmCodecOf(name: string, format: AudioFormat): string | undefined {
  const { bitsPerSample: bits, extensions } = format;
  const enda = extensions.get('enda');
  const endian = enda && enda.byteLength >= 2 && enda.getUint8(1) === 1 ? 'le' : 'be';
  if (name === 'sowt' && bits === 16) return 'pcm_s16le';
  if (name === 'twos' && bits === 16) return 'pcm_s16be';
  if (name === 'in24') return `pcm_s24${endian}`;
  if (name === 'in32') return `pcm_s32${endian}`;
  if (name === 'fl32') return `pcm_f32${endian}`;
  if (name === 'fl64') return `pcm_f64${endian}`;
  if (name === 'raw ' && bits === 8) return 'pcm_u8';
  if ((name === 'sowt' || name === 'twos') && bits === 8) return 'pcm_s8';
  return name === 'lpcm' ? linearPcmOf(format) : undefined;
}

function linearPcmOf({ bitsPerSample: bits, pcmFlags }: AudioFormat): string | undefined {
  const kind = (pcmFlags & 1) !== 0 ? 'f' : (pcmFlags & 4) !== 0 ? 's' : undefined;
  const isKnown = kind === 'f' ? bits === 32 || bits === 64 : bits === 16 || bits === 24 || bits === 32;
  return kind && isKnown ? `pcm_${kind}${bits}${(pcmFlags & 2) !== 0 ? 'be' : 'le'}` : undefined;
}
