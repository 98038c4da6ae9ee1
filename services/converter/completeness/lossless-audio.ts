import { fourLetters } from './chunks.ts';
import { byteExtent, type ExtentReader, lengthOrNothing, UNKNOWN } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';
import { id3v2Bytes } from './tags-around-sound.ts';

/** Sample rates of WavPack in Hz, by their index in the flags. */
const WAVPACK_RATES = [
  6000, 8000, 9600, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000,
  192_000,
];
/** Number of the last encoding that is defined. */
const LAST_AU_ENCODING = 27;
const WAVPACK_HEADER_BYTES = 32;
/** The versions of its streams begin with this byte. */
const WAVPACK_VERSION = 4;
const TRUE_AUDIO_HEADER_BYTES = 22;
const MAX_SEEK_TABLE_BYTES = 4 * 1024 * 1024;

/** Sun's and NeXT's AU: the header states the bytes of the sound. All bits set means «unknown». */
export const readAu: ExtentReader = async (file) => {
  const head = await file.read(0, 24);
  if (head.length < 24 || head.toString('latin1', 0, 4) !== '.snd') return undefined;
  const start = head.readUInt32BE(4);
  const size = head.readUInt32BE(8);
  const isHeader = start >= 24 && head.readUInt32BE(12) <= LAST_AU_ENCODING;
  return !isHeader || size === 0 || size === 0xffffffff ? UNKNOWN : byteExtent(file, start, start + size);
};

/** WavPack: the first block states the number of samples, and each block its size. */
export const readWavPack: ExtentReader = async (file) => {
  const head = await file.read(0, WAVPACK_HEADER_BYTES);
  if (head.length < WAVPACK_HEADER_BYTES || head.toString('latin1', 0, 4) !== 'wvpk') return undefined;
  if (head[9] !== WAVPACK_VERSION) return undefined;
  const samples = head.readUInt32LE(12);
  const rate = WAVPACK_RATES[(head.readUInt32LE(24) >>> 23) & 15] ?? Number.NaN;
  return {
    end: (await endsWithBlock(file)) ? 'whole' : 'cut',
    soundSeconds: samples === 0xffffffff ? undefined : lengthOrNothing(samples / rate),
  };
};

/** Whether all blocks are whole. What follows them is no block, but a tag. */
async function endsWithBlock(file: FileBytes): Promise<boolean> {
  for (let position = 0; position < file.size; ) {
    const head = await file.read(position, 8);
    if (head.length < 8) return false;
    if (fourLetters(head, 0) !== 'wvpk') return true;
    // The size does not count the name and itself.
    position += 8 + head.readUInt32LE(4);
    if (position > file.size) return false;
  }
  return true;
}

/** True Audio: the header states the number of samples, and a table behind it the bytes of each frame. */
export const readTrueAudio: ExtentReader = async (file) => {
  const start = await id3v2Bytes(file);
  const head = await file.read(start, TRUE_AUDIO_HEADER_BYTES);
  if (head.length < TRUE_AUDIO_HEADER_BYTES || head.toString('latin1', 0, 4) !== 'TTA1') return undefined;
  const rate = head.readUInt32LE(10);
  // The codec has three formats.
  if (head.readUInt16LE(4) > 3) return undefined;
  const samples = head.readUInt32LE(14);
  const soundSeconds = lengthOrNothing(samples / rate);
  const frameSamples = Math.floor((rate * 256) / 245);
  const tableBytes = Math.ceil(samples / frameSamples) * 4;
  if (!(tableBytes <= MAX_SEEK_TABLE_BYTES)) return { end: 'unknown', soundSeconds };
  const table = await file.read(start + TRUE_AUDIO_HEADER_BYTES, tableBytes);
  let end = start + TRUE_AUDIO_HEADER_BYTES + tableBytes + 4;
  for (let at = 0; at + 4 <= table.length; at += 4) {
    end += table.readUInt32LE(at);
    if (end > file.size) return { end: 'cut', soundSeconds, wholeSeconds: ((at / 4) * frameSamples) / rate };
  }
  return { end: table.length < tableBytes ? 'cut' : 'whole', soundSeconds };
};
