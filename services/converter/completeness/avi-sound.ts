import { type Chunk, chunks, RIFF } from './chunks.ts';
import { lengthOrNothing } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';

const MAX_INDEX_BYTES = 16 * 1024 * 1024;
const ENTRY_BYTES = 16;

/** What the header of a sound track states. */
export interface AviSound {
  /** The name of its packets: `01wb` for stream 1. */
  packetName: string;
  /** When the track ends, in seconds. */
  statedSeconds: number | undefined;
  /** Seconds of one unit of its length. */
  unitSeconds: number;
  /** Bytes of one unit. With 0, each packet is a unit. */
  unitBytes: number;
  /** When the track starts, in units. */
  startUnits: number;
}

/** Reads the header of the audio track at `position`, from 1. `list` is the list `hdrl`. */
export async function readAviSound(
  file: FileBytes,
  list: Chunk,
  position: number,
): Promise<AviSound | undefined> {
  let streams = 0;
  let sounds = 0;
  for await (const { type, start, end } of chunks(file, RIFF, list.start + 4, list.end)) {
    if (type !== 'LIST' || (await file.read(start, 4)).toString('latin1') !== 'strl') continue;
    const header = await readStreamHeader(file, start + 4, end);
    if (header?.toString('latin1', 0, 4) === 'auds') sounds += 1;
    if (header && sounds === position) return parse(header, streams);
    streams += 1;
  }
  return undefined;
}

async function readStreamHeader(file: FileBytes, start: number, end: number): Promise<Buffer | undefined> {
  for await (const chunk of chunks(file, RIFF, start, end)) {
    if (chunk.type !== 'strh') continue;
    const header = await file.read(chunk.start, 48);
    return header.length === 48 ? header : undefined;
  }
  return undefined;
}

/** The structure AVISTREAMHEADER. */
function parse(header: Buffer, stream: number): AviSound {
  const unitSeconds = header.readUInt32LE(20) / header.readUInt32LE(24);
  const startUnits = header.readUInt32LE(28);
  return {
    packetName: `${String(stream).padStart(2, '0')}wb`,
    statedSeconds: lengthOrNothing((startUnits + header.readUInt32LE(32)) * unitSeconds),
    unitSeconds,
    unitBytes: header.readUInt32LE(44),
    startUnits,
  };
}

/** Returns when the track ends by the packets in the index, in seconds. Returns undefined where it cannot be told. */
export async function countInIndex(
  file: FileBytes,
  index: Chunk,
  { packetName, unitSeconds, unitBytes, startUnits }: AviSound,
): Promise<number | undefined> {
  const size = index.end - index.start;
  if (index.end > file.size || size > MAX_INDEX_BYTES) return undefined;
  const entries = await file.read(index.start, size);
  let packets = 0;
  let bytes = 0;
  for (let at = 0; at + ENTRY_BYTES <= entries.length; at += ENTRY_BYTES) {
    if (entries.toString('latin1', at, at + 4) !== packetName) continue;
    packets += 1;
    bytes += entries.readUInt32LE(at + 12);
  }
  return lengthOrNothing((startUnits + (unitBytes > 0 ? bytes / unitBytes : packets)) * unitSeconds);
}
