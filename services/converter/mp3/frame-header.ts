/**
 * Bit rates of Layer III in kbps, by the index in the header: ISO 11172-3, 2.4.2.3, and ISO 13818-3 for the low sample
 * rates. Index 0 means «free format», which LAME never writes.
 */
const BITRATES_MPEG1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_MPEG2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLE_RATES_MPEG1 = [44_100, 48_000, 32_000];
/**
 * By the version bits: MPEG-1, MPEG-2, and MPEG-2.5, which no standard
 * defines but every decoder supports for 8 to 12 kHz.
 */
const RATE_DIVISORS: Record<number, number> = { 3: 1, 2: 2, 0: 4 };
const LAYER_3 = 1;
const MONO = 3;

export const HEADER_BYTES = 4;
/** Offset of the byte that holds the bit rate's index (high four bits) and the padding bit. */
export const RATE_BYTE = 2;

export interface FrameHeader {
  /** Whether the frame is MPEG-1. Frames with the half and quarter sample rates are MPEG-2 and MPEG-2.5. */
  mpeg1: boolean;
  channels: 1 | 2;
  /** Hz. */
  sampleRate: number;
  /** Index of the bit rate in the table, 1 to 14. */
  bitrateIndex: number;
  /** Whether 16 bits of CRC follow the header. */
  crc: boolean;
  /** Length of the whole frame, with its header. */
  bytes: number;
  sideInfoBytes: number;
}

/** Number of samples of each channel in a Layer III frame. */
export const frameSamples = (sampleRate: number): 1152 | 576 => (sampleRate >= 32_000 ? 1152 : 576);

/** Length of an unpadded frame in bytes. */
export function frameBytes(sampleRate: number, bitrateIndex: number): number {
  const kbps = (sampleRate >= 32_000 ? BITRATES_MPEG1 : BITRATES_MPEG2)[bitrateIndex] ?? 0;
  return Math.floor((frameSamples(sampleRate) * kbps * 125) / sampleRate);
}

/** Reads four bytes from the offset `at`. Returns undefined when they are not the header of a Layer III frame. */
export function readFrameHeader(bytes: Buffer, at = 0): FrameHeader | undefined {
  const word = bytes.readUInt32BE(at);
  const version = (word >>> 19) & 3;
  const divisor = RATE_DIVISORS[version];
  const rate = SAMPLE_RATES_MPEG1[(word >>> 10) & 3];
  const bitrateIndex = (word >>> 12) & 15;
  if (word >>> 21 !== 0x7ff || ((word >>> 17) & 3) !== LAYER_3) return undefined;
  if (divisor === undefined || rate === undefined || bitrateIndex === 0 || bitrateIndex === 15)
    return undefined;
  const sampleRate = rate / divisor;
  const mpeg1 = divisor === 1;
  const channels = ((word >>> 6) & 3) === MONO ? 1 : 2;
  const padding = (word >>> 9) & 1;
  return {
    mpeg1,
    channels,
    sampleRate,
    bitrateIndex,
    crc: ((word >>> 16) & 1) === 0,
    bytes: frameBytes(sampleRate, bitrateIndex) + padding,
    sideInfoBytes: mpeg1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17,
  };
}
