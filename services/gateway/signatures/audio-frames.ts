import { latin1, readUnsigned } from './bytes.ts';

/** A frame of an audio stream: its length in bytes, and what stays the same in all frames of one stream. */
interface Frame {
  length: number;
  key: number;
}
type ReadFrame = (head: Uint8Array, at: number) => Frame | undefined;

/** Bit rates in kbps by index, ISO 11172-3 2.4.2.3 and 13818-3 2.4.2.3. Index 0 is the free format, which ffmpeg cannot read. */
const BIT_RATES = {
  'MPEG-1, layer I': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  'MPEG-1, layer II': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  'MPEG-1, layer III': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  'MPEG-2, layer I': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  'MPEG-2, layers II and III': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES = [44_100, 48_000, 32_000];

const byteAt = (head: Uint8Array, at: number): number => head[at] ?? 0;

const readMpegAudio: ReadFrame = (head, at) => {
  if (at + 4 > head.length) return undefined;
  const header = readUnsigned(head, at, 4);
  const [version, layerBits] = [(header >>> 19) & 3, (header >>> 17) & 3];
  const rate = SAMPLE_RATES[(header >>> 10) & 3];
  if (header >>> 21 !== 0x7ff || version === 1 || layerBits === 0 || rate === undefined) return undefined;
  const layer = 4 - layerBits;
  const kbps = bitRates(version, layer)[(header >>> 12) & 15];
  if (!kbps) return undefined;
  const sampleRate = version === 3 ? rate : version === 2 ? rate / 2 : rate / 4;
  const slotBytes = layer === 1 ? 4 : 1;
  const slots = layer === 1 ? 12_000 : layer === 3 && version !== 3 ? 72_000 : 144_000;
  const length = (Math.floor((slots * kbps) / sampleRate) + ((header >>> 9) & 1)) * slotBytes;
  return { length, key: header & 0xfffe0c00 };
};

function bitRates(version: number, layer: number): number[] {
  if (version !== 3) return BIT_RATES[layer === 1 ? 'MPEG-2, layer I' : 'MPEG-2, layers II and III'];
  if (layer === 1) return BIT_RATES['MPEG-1, layer I'];
  return BIT_RATES[layer === 2 ? 'MPEG-1, layer II' : 'MPEG-1, layer III'];
}

/** AAC in ADTS, ISO 13818-7 6.2. */
const readAdts: ReadFrame = (head, at) => {
  if (at + 7 > head.length || head[at] !== 0xff || (byteAt(head, at + 1) & 0xf6) !== 0xf0) return undefined;
  const length = (readUnsigned(head, at + 3, 4) >>> 13) & 0x1fff;
  const key = readUnsigned(head, at + 1, 2) & 0x09fc;
  return length < 7 || (key & 0x3c) > 12 << 2 ? undefined : { length, key };
};

/** AAC in LOAS, ISO 14496-3 1.7.2. */
const readLoas: ReadFrame = (head, at) => {
  if (at + 3 > head.length || head[at] !== 0x56 || (byteAt(head, at + 1) & 0xe0) !== 0xe0) return undefined;
  const length = (readUnsigned(head, at + 1, 2) & 0x1fff) + 3;
  return length < 7 ? undefined : { length, key: 0 };
};

const AC3_KBPS = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
/** The lowest bit stream identification of E-AC-3, ETSI TS 102 366 annex E. */
const EAC3_BSID = 11;
const MAX_BSID = 16;

/** AC-3 and E-AC-3, ETSI TS 102 366. `swap` is 1 where the bytes of each word are swapped, as in files from a DVD player. */
const readAc3 =
  (swap: 0 | 1): ReadFrame =>
  (head, at) => {
    const byte = (offset: number) => byteAt(head, at + (offset ^ swap));
    if (at + 6 > head.length || byte(0) !== 0x0b || byte(1) !== 0x77) return undefined;
    const [rateCode, bsid] = [byte(4) >> 6, byte(5) >> 3];
    if (bsid > MAX_BSID) return undefined;
    const key = (bsid << 2) | rateCode;
    if (bsid >= EAC3_BSID) return { length: ((((byte(2) & 7) << 8) | byte(3)) + 1) * 2, key };
    const kbps = AC3_KBPS[(byte(4) & 0x3f) >> 1];
    if (kbps === undefined || rateCode === 3) return undefined;
    const words = [kbps * 2, Math.floor((kbps * 320) / 147) + (byte(4) & 1), kbps * 3][rateCode] ?? 0;
    return { length: words * 2, key };
  };

const READERS: ReadFrame[] = [readMpegAudio, readAdts, readLoas, readAc3(0), readAc3(1)];
/** The first byte of a frame in each of the formats. Most positions of a file are passed over by it. */
const FIRST_BYTES = new Set([0xff, 0x56, 0x0b, 0x77]);
/** Frames in a row that are no coincidence wherever they are: in random bytes they occur once in 10^13 positions at most. */
const FRAMES_ANYWHERE = 4;

/** How many frames of one stream follow each other from `at` on, and where the last one ends. At most `most` are read. */
function framesAt(
  head: Uint8Array,
  at: number,
  readFrame: ReadFrame,
  most: number,
): { count: number; end: number } {
  let [count, end] = [0, at];
  let key: number | undefined;
  for (; count < most; count += 1) {
    const frame = readFrame(head, end);
    if (!frame || (key !== undefined && frame.key !== key)) break;
    key = frame.key;
    end += frame.length;
  }
  return { count, end };
}

/** Whether audio frames begin exactly at `at`: two of them, or one that is the rest of the file. */
export const startsWithFrames = (head: Uint8Array, at: number): boolean =>
  READERS.some((readFrame) => {
    const { count, end } = framesAt(head, at, readFrame, 2);
    return count === 2 || (count === 1 && end === head.length);
  });

/** Whether audio frames follow each other somewhere from `from` on. A recording of a stream begins inside a frame. */
export function containsFrames(head: Uint8Array, from: number): boolean {
  for (let at = from; at < head.length; at += 1) {
    if (!FIRST_BYTES.has(byteAt(head, at))) continue;
    if (
      READERS.some((readFrame) => framesAt(head, at, readFrame, FRAMES_ANYWHERE).count === FRAMES_ANYWHERE)
    ) {
      return true;
    }
  }
  return false;
}

/** Whether an ID3v2 tag is at `at` (id3.org, ID3v2.4.0 3.1). What follows it may be beyond the bytes that we look at. */
export function startsWithId3(head: Uint8Array, at: number): boolean {
  const isTag = latin1(head, at, at + 3) === 'ID3' && at + 10 <= head.length;
  const version = byteAt(head, at + 3);
  return isTag && version >= 2 && version <= 4 && head.subarray(at + 6, at + 10).every((byte) => byte < 0x80);
}
