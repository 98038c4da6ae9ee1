/** Frames that have to follow each other. A decoder would find no others among them. */
const FRAMES = 4;

/** Bytes of a frame by its header at `at`. Undefined where none begins there. */
type FrameLength = (bytes: Uint8Array, at: number) => number | undefined;

const LENGTHS: Readonly<Record<string, FrameLength>> = {
  aac: adtsLength,
  aac_latm: latmLength,
  ac3: ac3Length,
  dts: dtsLength,
  eac3: eac3Length,
  mp1: (bytes, at) => mpegLength(bytes, at, 1),
  mp2: (bytes, at) => mpegLength(bytes, at, 2),
  mp3: (bytes, at) => mpegLength(bytes, at, 3),
};

/**
 * Finds out the codec of a sound by its frames, of those whose frames state their length. Returns ffmpeg's name, or undefined
 * where no frames follow each other near the beginning.
 */
function codecByFrames(bytes: Uint8Array): string | undefined {
  const reach = Math.min(bytes.length, MAX_START);
  for (let start = 0; start < reach; start++) {
    if (isTrueHd(bytes, start)) return 'truehd';
    for (const [codec, length] of Object.entries(LENGTHS)) {
      if (isChain(bytes, start, length)) return codec;
    }
  }
  return undefined;
}

/** Codecs that {@link codecByFrames} tells apart, and the names that containers have for them. */
const FRAMED: Readonly<Record<string, readonly string[]>> = {
  ...{ aac: ['aac'], aac_latm: ['aac_latm'], ac3: ['ac3'], eac3: ['eac3'], dts: ['dts'], truehd: ['truehd'] },
  // Containers do not tell the layers of MPEG apart, and neither does ffmpeg before it has seen a frame.
  ...{ mp1: ['mp1', 'mp2', 'mp3'], mp2: ['mp1', 'mp2', 'mp3'], mp3: ['mp1', 'mp2', 'mp3'] },
};

export const isFramed = (codec: string | undefined): boolean => codec !== undefined && codec in FRAMED;

/** Whether a sound is what its container says, so that it is certain to be decoded. @param bytes its beginning */
export const agreesWithFrames = (codec: string | undefined, bytes: Uint8Array): boolean =>
  FRAMED[codec ?? '']?.includes(codecByFrames(bytes) ?? '') === true;

/** Bytes in which the first frame has to begin. It may follow the end of one whose start is missing. */
const MAX_START = 4096;

function isChain(bytes: Uint8Array, start: number, frameLength: FrameLength): boolean {
  let at = start;
  for (let frame = 0; frame < FRAMES; frame++) {
    const length = frameLength(bytes, at);
    if (length === undefined) return false;
    at += length;
  }
  return true;
}

const number16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const number32 = (bytes: Uint8Array, at: number): number =>
  (number16(bytes, at) * 0x10000 + number16(bytes, at + 2)) >>> 0;

/** ISO 13818-7 6.2. Only the profile «low complexity» is certain to be decoded. */
function adtsLength(bytes: Uint8Array, at: number): number | undefined {
  if ((number16(bytes, at) & 0xfff6) !== 0xfff0 || (bytes[at + 2] ?? 0) >> 6 !== 1) return undefined;
  const length =
    (((bytes[at + 3] ?? 0) & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5);
  return length > 7 ? length : undefined;
}

/** ISO 14496-3 1.7.2. */
function latmLength(bytes: Uint8Array, at: number): number | undefined {
  if (number16(bytes, at) >> 5 !== 0x2b7) return undefined;
  return 3 + (number16(bytes, at + 1) & 0x1fff);
}

const AC3_SYNC = 0x0b77;
const AC3_KBPS = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

/** ATSC A/52 5.3 and table 5.18. */
function ac3Length(bytes: Uint8Array, at: number): number | undefined {
  if (number16(bytes, at) !== AC3_SYNC || (bytes[at + 5] ?? 0) >> 3 > 8) return undefined;
  const code = bytes[at + 4] ?? 0;
  const kbps = AC3_KBPS[(code & 0x3f) >> 1];
  const rate = [48_000, 44_100, 32_000][code >> 6];
  if (kbps === undefined || rate === undefined) return undefined;
  // 1536 samples of 16-bit words. At 44.1 kHz, every other frame has a word more.
  return 2 * (Math.floor((kbps * 1000 * 96) / rate) + (rate === 44_100 ? code & 1 : 0));
}

/** ATSC A/52 annex E. */
function eac3Length(bytes: Uint8Array, at: number): number | undefined {
  const identification = (bytes[at + 5] ?? 0) >> 3;
  if (number16(bytes, at) !== AC3_SYNC || identification <= 10 || identification > 16) return undefined;
  return 2 * ((number16(bytes, at + 2) & 0x07ff) + 1);
}

/** By the version MPEG-1, else of MPEG-2, and the layer: ISO 11172-3 2.4.2.3 and ISO 13818-3. */
const KBPS: Readonly<Record<string, readonly number[]>> = {
  '1/1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1/2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1/3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2/1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2/2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2/3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

function mpegLength(bytes: Uint8Array, at: number, layer: 1 | 2 | 3): number | undefined {
  const head = number16(bytes, at);
  const version = (head >> 3) & 3;
  if (head >> 5 !== 0x7ff || version === 1 || 4 - ((head >> 1) & 3) !== layer) return undefined;
  const code = bytes[at + 2] ?? 0;
  const kbps = KBPS[`${version === 3 ? 1 : 2}/${layer}`]?.[code >> 4];
  const rate = [44_100, 48_000, 32_000][(code >> 2) & 3];
  if (!kbps || rate === undefined) return undefined;
  const hz = rate / ([4, 1, 2, 1][version] ?? 1);
  const padding = (code >> 1) & 1;
  if (layer === 1) return 4 * (Math.floor((12_000 * kbps) / hz) + padding);
  return Math.floor(((layer === 3 && version !== 3 ? 72_000 : 144_000) * kbps) / hz) + padding;
}

const DTS_SYNC = 0x7ffe8001;
const DTS_HD_SYNC = 0x64582025;

/** ETSI TS 102 114 5.3, and 7.4 for the extension of DTS-HD behind the frame. */
function dtsLength(bytes: Uint8Array, at: number): number | undefined {
  if (number32(bytes, at) !== DTS_SYNC) return undefined;
  const length = ((number32(bytes, at + 4) >>> 4) & 0x3fff) + 1;
  const extension = at + length;
  if (number32(bytes, extension) !== DTS_HD_SYNC) return length;
  const sizes = number32(bytes, extension + 5);
  const isLong = (sizes & 0x20_000000) !== 0;
  const size = isLong
    ? ((sizes & 0x1ffff) << 3) | ((bytes[extension + 9] ?? 0) >> 5)
    : (sizes >>> 5) & 0xffff;
  return length + size + 1;
}

const TRUE_HD_SYNC = 0xf8726fba;
const TRUE_HD_SIGNATURE = 0xb752;

/** Whether a unit with the parameters of TrueHD begins there. Few units have them. */
const isTrueHd = (bytes: Uint8Array, at: number): boolean =>
  number32(bytes, at + 4) === TRUE_HD_SYNC && number16(bytes, at + 12) === TRUE_HD_SIGNATURE;
