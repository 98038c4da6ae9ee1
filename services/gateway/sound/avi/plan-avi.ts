import type { BufferedFile } from '../buffered-file.ts';
import { chooseSound, type FilmTrack } from '../choose-sound.ts';
import type { Planner, WantedSound } from '../planner.ts';
import { Segments } from '../segments.ts';
import { indexOf, listPackets, type Packet, readIndex } from './packets.ts';
import { type Chunk, chunkHeader, listChunks } from './riff.ts';
import { readStreams, type Stream } from './stream-headers.ts';

/** Bytes of the packets that stay as they are, from the start of the film. */
const HEAD_BYTES = 256 * 1024;
/** The server looks at the streams of the first 200 packets. The sound has to be among them in any order of reading. */
const FIRST_PACKETS = 300;
const LATEST_START = 100;
/** Packets that stay of each other sound, so that it is known what they are. */
const OTHER_SOUND_PACKETS = 40;
/** Bytes that stay of a picture whose place matters and whose content does not. */
const SHORT_BYTES = 32;

/** A part of the film. One of more than 1 GB has several (OpenDML), of which only the first has headers. */
interface Part {
  riff: Chunk;
  chunks: Chunk[];
  movi: Chunk;
  packets: Packet[];
}

/**
 * AVI: the lists `movi` without the packets of the picture, and an index of what is left. The time of a packet of sound depends
 * on the packets of that sound before it, and on nothing else.
 */
export const planAvi: Planner = async ({ file, bytes }, wanted) => {
  const parts = await readParts(bytes);
  const header = parts?.[0]?.chunks.find(({ list }) => list === 'hdrl');
  const streams = header && (await readStreams(bytes, header));
  const packets = parts?.flatMap((part) => part.packets) ?? [];
  if (!parts || !streams || packets.some(({ stream }) => stream >= streams.length)) return undefined;
  const track = chooseTrack(streams, packets, wanted);
  const chosen = streams.findIndex((stream) => stream.track === track);
  const first = packets.findIndex(({ stream, content, end }) => stream === chosen && end > content);
  if (!track || first < 0 || first >= LATEST_START) return undefined;
  const segments = await new Film(bytes, streams, chosen).build(parts);
  const audioTracks = streams.filter((stream) => stream.track).length;
  return { file: segments.toFile(file), track: track.position, audioTracks };
};

/** The server would take another track where it cannot decode the best one. What it is, only its frames would tell. */
function chooseTrack(
  streams: readonly Stream[],
  packets: readonly Packet[],
  wanted: WantedSound,
): FilmTrack | undefined {
  const filled = new Set(packets.filter(({ content, end }) => end > content).map(({ stream }) => stream));
  const tracks = streams.flatMap(({ track }, place) =>
    track ? [Object.assign(track, { isEmpty: !filled.has(place) })] : [],
  );
  const chosen = chooseSound('avi', tracks, wanted);
  const isOnlyChoice = tracks.length === 1 || typeof wanted.track === 'number';
  return isOnlyChoice || chosen?.codec?.startsWith('pcm') ? chosen : undefined;
}

async function readParts(bytes: BufferedFile): Promise<Part[] | undefined> {
  const riffs = await listChunks(bytes, 0, bytes.size, 1000);
  const parts: Part[] = [];
  for (const riff of riffs ?? []) {
    const part = riff.list === (parts.length === 0 ? 'AVI ' : 'AVIX') && (await readPart(bytes, riff));
    if (!part) return undefined;
    parts.push(part);
  }
  return riffs && parts;
}

async function readPart(bytes: BufferedFile, riff: Chunk): Promise<Part | undefined> {
  const chunks = (await listChunks(bytes, riff.content, riff.end)) ?? [];
  const [movi, ...others] = chunks.filter(({ list }) => list === 'movi');
  if (!movi || others.length > 0) return undefined;
  const packets = await listPackets(bytes, movi);
  const indexes = chunks.filter(({ name }) => name === 'idx1');
  if (!packets || indexes.length > 1) return undefined;
  for (const index of indexes) if (!(await readIndex(bytes, index, packets))) return undefined;
  return { riff, chunks, movi, packets };
}

type Entry = Parameters<typeof indexOf>[0][number];

/** Puts the smaller film together. */
class Film {
  readonly #bytes: BufferedFile;
  readonly #streams: readonly Stream[];
  readonly #chosen: number;
  readonly #segments = new Segments();
  readonly #counts: number[];
  #packets = 0;

  constructor(bytes: BufferedFile, streams: readonly Stream[], chosen: number) {
    this.#bytes = bytes;
    this.#streams = streams;
    this.#chosen = chosen;
    this.#counts = streams.map(() => 0);
  }

  async build(parts: readonly Part[]): Promise<Segments> {
    for (const part of parts) await this.#addPart(part);
    return this.#segments;
  }

  async #addPart({ riff, chunks, movi, packets }: Part): Promise<void> {
    let entries: Entry[] = [];
    await this.#addList(riff, async () => {
      for (const chunk of chunks) {
        if (chunk === movi) entries = await this.#addPackets(movi, packets);
        else if (chunk.name === 'idx1') this.#addIndex(entries);
        else if (chunk.list === 'hdrl') await this.#addHeaders(chunk);
        else this.#copy(chunk);
      }
    });
  }

  /** Adds a list whose size is known only when its content has been added. */
  async #addList({ name, list }: Chunk, addContent: () => Promise<void>): Promise<void> {
    const header = chunkHeader(name, 0, list);
    this.#segments.add(header);
    const start = this.#segments.size;
    await addContent();
    new DataView(header.buffer).setUint32(4, 4 + this.#segments.size - start, true);
  }

  /** An index of OpenDML states positions in the film. Without it, ffmpeg reads the packets in their order. */
  async #addHeaders(header: Chunk): Promise<void> {
    await this.#addList(header, async () => {
      for (const chunk of (await listChunks(this.#bytes, header.content, header.end)) ?? []) {
        if (chunk.list === 'strl') await this.#addStream(chunk);
        else this.#copy(chunk);
      }
    });
  }

  async #addStream(stream: Chunk): Promise<void> {
    await this.#addList(stream, async () => {
      for (const chunk of (await listChunks(this.#bytes, stream.content, stream.end)) ?? []) {
        if (chunk.name !== 'indx') this.#copy(chunk);
      }
    });
  }

  async #addPackets(movi: Chunk, packets: readonly Packet[]): Promise<Entry[]> {
    const entries: Entry[] = [];
    await this.#addList(movi, async () => {
      // Positions in an index count from the type of the list.
      const base = this.#segments.size - 4;
      for (const packet of packets) {
        const at = this.#segments.size - base;
        const size = await this.#addPacket(packet);
        if (size !== undefined) entries.push({ name: packet.name, flags: packet.flags, at, size });
      }
    });
    return entries;
  }

  /** Returns the bytes of the packet that were added, or undefined where it is left out. */
  async #addPacket(packet: Packet): Promise<number | undefined> {
    const size = packet.end - packet.content;
    const count = (this.#counts[packet.stream] ?? 0) + 1;
    this.#counts[packet.stream] = count;
    this.#packets += 1;
    const { kind } = this.#streams[packet.stream] ?? {};
    const isSound = kind === 'audio' && (packet.stream === this.#chosen || count <= OTHER_SOUND_PACKETS);
    if (
      isSound ||
      kind === 'text' ||
      packet.start < HEAD_BYTES ||
      (size <= SHORT_BYTES && count <= FIRST_PACKETS)
    ) {
      this.#copy(packet);
      return size;
    }
    if (this.#packets > FIRST_PACKETS) return undefined;
    this.#segments.add(chunkHeader(packet.name, SHORT_BYTES));
    this.#segments.copy(packet.content, packet.content + SHORT_BYTES);
    return SHORT_BYTES;
  }

  #addIndex(entries: readonly Entry[]): void {
    const index = indexOf(entries);
    this.#segments.add(chunkHeader('idx1', index.length));
    this.#segments.add(index);
  }

  #copy(chunk: Chunk): void {
    this.#segments.copy(chunk.start, Math.min(chunk.next, this.#bytes.size));
    if (chunk.next > this.#bytes.size) this.#segments.add(new Uint8Array(1));
  }
}
