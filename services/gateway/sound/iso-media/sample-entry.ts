import { type Box, type BoxReader, fourLetters } from './boxes.ts';

/** What the first sample entry of a track says, and whether any of them is encrypted (ISO 14496-12, 8.5.2). */
export interface SampleEntry {
  /** The four-character code of the format. */
  format: string;
  isEncrypted: boolean;
  /** Number of entries. */
  count: number;
  /** The entry from its size on. */
  view: DataView;
}

const ENCRYPTED = new Set(['enca', 'encv', 'encs', 'enct', 'drms', 'drmi', 'drmt', 'aavd']);
const MAX_ENTRY_BYTES = 1024 * 1024;

/** Reads the box `stsd`. Returns undefined where it has no entry. */
export async function readSampleEntry(
  reader: BoxReader,
  { content, end }: Box,
): Promise<SampleEntry | undefined> {
  let first: Box | undefined;
  let isEncrypted = false;
  let count = 0;
  for await (const entry of reader.boxes(content + 8, end)) {
    first ??= entry;
    count += 1;
    isEncrypted ||= ENCRYPTED.has(entry.type);
  }
  if (!first || first.end - first.start > MAX_ENTRY_BYTES) return undefined;
  const view = await reader.read(first.start, first.end - first.start);
  return { format: first.type, isEncrypted, count, view };
}

/** Boxes without which ffmpeg opens no decoder of the picture. Then it describes the whole film in another way. */
const PICTURE_SETUPS: ReadonlyMap<string, string> = new Map([
  ...(['avc1', 'avc2', 'avc3', 'avc4'] as const).map((format) => [format, 'avcC'] as const),
  ...(['hvc1', 'hev1', 'dvh1', 'dvhe'] as const).map((format) => [format, 'hvcC'] as const),
  ...([
    ['mp4v', 'esds'],
    ['av01', 'av1C'],
    ['vp09', 'vpcC'],
  ] as const),
]);
/** Bytes of the fields of a visual sample entry (ISO 14496-12, 12.1.3). */
const PICTURE_FIELDS = 86;

/** Whether a picture has the setup of its decoder, as far as its format is known. */
export function hasPictureSetup({ format, view }: SampleEntry): boolean {
  const setup = PICTURE_SETUPS.get(format);
  if (setup === undefined) return true;
  return (readExtensions(view, PICTURE_FIELDS, view.byteLength).get(setup)?.byteLength ?? 0) > 0;
}

/** The fields of an audio sample entry, of ISO media and of QuickTime. */
export interface AudioFormat {
  channels: number;
  bitsPerSample: number;
  /** QuickTime's sizes of a packet. 0 where there are none. */
  samplesPerPacket: number;
  bytesPerPacket: number;
  /** QuickTime's flags of linear PCM: 1 is floating point, 2 is big-endian, 4 is signed. */
  pcmFlags: number;
  /** The boxes after the fields, among them those in QuickTime's box `wave`. */
  extensions: Map<string, DataView>;
}

/** Reads an audio sample entry. Returns undefined where it is too short. @see QuickTime File Format, «Sound Sample Descriptions» */
export function readAudioFormat({ view }: SampleEntry): AudioFormat | undefined {
  if (view.byteLength < 36) return undefined;
  const version = view.getUint16(16);
  const fields = version === 1 ? 52 : version === 2 ? 72 : 36;
  if (version > 2 || view.byteLength < fields) return undefined;
  const isSecond = version === 2;
  return {
    channels: isSecond ? view.getUint32(48) : view.getUint16(24),
    bitsPerSample: isSecond ? view.getUint32(56) : view.getUint16(26),
    samplesPerPacket: isSecond ? view.getUint32(68) : version === 1 ? view.getUint32(36) : 0,
    bytesPerPacket: isSecond ? view.getUint32(64) : version === 1 ? view.getUint32(44) : 0,
    pcmFlags: isSecond ? view.getUint32(60) : 0,
    extensions: readExtensions(view, fields, view.byteLength),
  };
}

function readExtensions(view: DataView, from: number, to: number): Map<string, DataView> {
  const found = new Map<string, DataView>();
  for (let at = from; at + 8 <= to; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > to) break;
    const type = fourLetters(view, at + 4);
    found.set(type, new DataView(view.buffer, view.byteOffset + at + 8, size - 8));
    if (type === 'wave')
      for (const [name, each] of readExtensions(view, at + 8, at + size)) found.set(name, each);
    at += size;
  }
  return found;
}
