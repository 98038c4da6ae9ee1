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

/** Returns ffmpeg's name of the codec of an audio track, or undefined where it is not certain. */
export function audioCodecOf(entry: SampleEntry): string | undefined {
  const format = readAudioFormat(entry);
  if (!format) return undefined;
  if (entry.format === 'mp4a') return codecOfEsds(format.extensions.get('esds'));
  return BY_FORMAT[entry.format] ?? pcmCodecOf(entry.format, format);
}

/** Returns the most bytes that one sample of the stated format may have, where samples have one size. */
export function bytesOfSample(entry: SampleEntry): number {
  const format = readAudioFormat(entry);
  if (!format) return 0;
  const { channels, bitsPerSample, samplesPerPacket, bytesPerPacket } = format;
  const bits = Math.max(bitsPerSample, BITS[entry.format] ?? 0);
  const bytesInPacket = samplesPerPacket > 0 ? bytesPerPacket / samplesPerPacket : bytesPerPacket;
  return Math.max((Math.ceil(bits / 8) || 0) * channels, bytesInPacket);
}

/** Bits of a sample where the format alone says so. */
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

/** Reads the descriptors of `esds`: an elementary stream (3), in it its decoder (4), in it the decoder's setup (5). */
function codecOfEsds(esds: DataView | undefined): string | undefined {
  if (!esds) return undefined;
  const stream = readDescriptor(esds, 4);
  if (stream?.tag !== 3 || stream.end - stream.content < 3) return undefined;
  const flags = esds.getUint8(stream.content + 2);
  // A stream that depends on another one, has a URL or a clock of its own is unusual.
  if ((flags & 0xe0) !== 0) return undefined;
  const decoder = readDescriptor(esds, stream.content + 3);
  if (decoder?.tag !== 4 || decoder.end - decoder.content < 13) return undefined;
  const objectType = esds.getUint8(decoder.content);
  if (objectType !== MPEG4_AUDIO) return BY_OBJECT_TYPE[objectType];
  const setup = readDescriptor(esds, decoder.content + 13);
  if (setup?.tag !== 5 || setup.end === setup.content) return undefined;
  return AAC_OBJECT_TYPES.includes(esds.getUint8(setup.content) >> 3) ? 'aac' : undefined;
}

/** Reads the tag and the size of a descriptor. The size has seven bits in each byte. @see ISO 14496-1, 8.3.3 */
function readDescriptor(view: DataView, at: number) {
  let size = 0;
  for (let index = 1; index <= 4; index++) {
    if (at + index >= view.byteLength) return undefined;
    const byte = view.getUint8(at + index);
    size = size * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      const content = at + index + 1;
      return { tag: view.getUint8(at), content, end: Math.min(view.byteLength, content + size) };
    }
  }
  return undefined;
}
