type Part = Uint8Array | string | number;

/** Joins bytes, Latin-1 text, and numbers of 32 bits, big-endian. */
export function join(...parts: Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part, 'latin1');
      return typeof part === 'number' ? u32(part) : part;
    }),
  );
}

/** A number of 32 bits, big-endian. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function u32le(value: number): Buffer {
  return u32(value).reverse();
}

/** A number of 16 bits, big-endian. */
export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** A box of MP4. Numbers take 32 bits. @see ISO 14496-12 4.2 */
export function box(type: string, ...parts: Part[]): Buffer {
  const content = join(...parts);
  return Buffer.concat([u32(content.length + 8), Buffer.from(type, 'latin1'), content]);
}

/** A box with a version and flags of 0. */
export const fullBox = (type: string, ...parts: Part[]): Buffer => box(type, 0, ...parts);

export const FTYP = box('ftyp', 'isom', 512, 'isomiso2mp41');

export interface Mp4Fields {
  /** Samples per second that the sample description states. */
  rate?: number;
  /** Units per second of the sound's clock. */
  timescale?: number;
  /** Length of the sound in those units. */
  duration?: number;
  channels?: number;
  /** The content of the table of sample sizes behind version and flags. */
  sizes?: Buffer;
  /** The content of the table of times. */
  times?: Buffer;
  /** The data reference. */
  reference?: Buffer;
  /** The chunk offsets. */
  offsets?: Buffer;
  sampleType?: string;
  more?: Buffer[];
}

/** A track of a sound of 8 bits in MP4, with fields that ffmpeg would never write. */
export function soundTrack({
  rate = 8000,
  timescale = 8000,
  duration = 8000,
  channels = 1,
  sizes = join(1, 8000),
  times = join(1, 8000, 1),
  reference = fullBox('dref', 1, box('url ', 1)),
  offsets = join(1, 36),
  sampleType = 'raw ',
}: Mp4Fields = {}): Buffer {
  const entry = box(sampleType, 0, 1, 0, 0, u16(channels), u16(8), 0, u16(rate & 0xffff), u16(0));
  const table = box(
    'stbl',
    fullBox('stsd', 1, entry),
    fullBox('stts', times),
    fullBox('stsc', 1, 1, 8000, 1),
    fullBox('stsz', sizes),
    fullBox('stco', offsets),
  );
  const media = box(
    'mdia',
    fullBox('mdhd', 0, 0, timescale, duration, 0),
    fullBox('hdlr', 0, 'soun', 0, 0, 0, '\0'),
    box('minf', fullBox('smhd', 0), box('dinf', reference), table),
  );
  const header = box('tkhd', 7, 0, 0, 1, 0, duration, 0, 0, 0, Buffer.alloc(48));
  return box('trak', header, media);
}

/** An MP4 of a sound of 8 bits: 8,000 samples of a wave begin at byte 36. */
export function mp4(fields: Mp4Fields = {}, tracks = [soundTrack(fields)]): Buffer {
  const { timescale = 8000, duration = 8000, more = [] } = fields;
  const header = fullBox('mvhd', 0, 0, timescale, duration, 0x10000, Buffer.alloc(76));
  const sound = Buffer.alloc(8000).map((_, n) => 128 + 60 * Math.sin(n / 5)) as Buffer;
  return Buffer.concat([FTYP, box('mdat', sound), box('moov', header, ...tracks, ...more)]);
}
