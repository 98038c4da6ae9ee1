import type { BufferedFile } from '../buffered-file.ts';
import { type Chunk, listChunks, number32 } from './riff.ts';

/** The most packets of a film that is planned. One that lasts a day has fewer. */
const MAX_PACKETS = 4_000_000;
/** The server judges a film by its index only where the index is no larger. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024;
const ENTRY_BYTES = 16;

/** A chunk of the list `movi`. */
export interface Packet extends Chunk {
  stream: number;
  /** As the index states them. */
  flags: number;
}

/** Lists the packets of one `movi`. Undefined where something else is among them. */
export async function listPackets(bytes: BufferedFile, movi: Chunk): Promise<Packet[] | undefined> {
  const chunks = await listChunks(bytes, movi.content, movi.end, MAX_PACKETS);
  const packets: Packet[] = [];
  for (const chunk of chunks ?? []) {
    if (chunk.list === 'rec ') {
      const grouped = await listChunks(bytes, chunk.content, chunk.end);
      if (!grouped?.every((each) => addPacket(packets, each))) return undefined;
    } else if (!addPacket(packets, chunk)) return undefined;
  }
  return chunks && packets;
}

/** Returns false for a chunk that is neither a packet nor an index or filler. */
function addPacket(packets: Packet[], chunk: Chunk): boolean {
  const { name } = chunk;
  if (/^(JUNK|ix\d\d|\d\dix)$/.test(name)) return true;
  if (!/^\d\d(dc|db|pc|wb|tx|sb)$/.test(name)) return false;
  packets.push({ ...chunk, stream: Number(name.slice(0, 2)), flags: 0 });
  return true;
}

/**
 * Takes the flags of the packets from the index. Returns false where the index does not list exactly the packets that are there:
 * ffmpeg may read a film by its index.
 */
export async function readIndex(
  bytes: BufferedFile,
  index: Chunk,
  packets: readonly Packet[],
): Promise<boolean> {
  if (index.end - index.start > MAX_INDEX_BYTES) return false;
  let place = 0;
  let base: number | undefined;
  for (let at = index.content; at + ENTRY_BYTES <= index.end; at += ENTRY_BYTES) {
    const entry = await bytes.read(at, ENTRY_BYTES);
    const name = String.fromCharCode(...entry.subarray(0, 4));
    if (name === 'rec ') continue;
    const packet = packets[place];
    if (!packet || packet.name !== name || packet.end - packet.content !== number32(entry, 12)) return false;
    // Positions count from the list or from the start of the file.
    base ??= packet.start - number32(entry, 8);
    if (packet.start - number32(entry, 8) !== base) return false;
    packet.flags = number32(entry, 4);
    place += 1;
  }
  return place === packets.length;
}

/** An index of our own. @param entries packets with their positions from the type of their list */
export function indexOf(
  entries: readonly { name: string; flags: number; at: number; size: number }[],
): Uint8Array {
  const index = new Uint8Array(entries.length * ENTRY_BYTES);
  const view = new DataView(index.buffer);
  for (const [place, { name, flags, at, size }] of entries.entries()) {
    index.set(new TextEncoder().encode(name), place * ENTRY_BYTES);
    view.setUint32(place * ENTRY_BYTES + 4, flags, true);
    view.setUint32(place * ENTRY_BYTES + 8, at, true);
    view.setUint32(place * ENTRY_BYTES + 12, size, true);
  }
  return index;
}
