import type { BufferedFile } from '../buffered-file.ts';
import { isPes } from '../mpeg-system/pes.ts';
import {
  ANALYZED_TICKS,
  HEAD_BYTES,
  LAST_TIME_BYTES,
  LATEST_START_BYTES,
  LATEST_START_TICKS,
  TAIL_BYTES,
} from '../mpeg-system/probe-limits.ts';
import { Segments } from '../segments.ts';
import type { ElementaryStream } from './elementary-stream.ts';
import { StreamProgress } from './film-streams.ts';
import { NULL_PID, type PacketLayout, parsePacket, SYNC } from './packet-layout.ts';
import { mapPids, programStreams } from './program.ts';
import { isIntact, isSame, SectionReader } from './section.ts';

/** Large reads: the whole film has to be read. */
const CHUNK_PACKETS = 16_384;
/** Packets that stay of each frame of the picture at the start: they hold its headers. */
const FRAME_PACKETS = 3;
export interface ScannedFilm {
  segments: Segments;
  streams: readonly StreamProgress[];
}

/** Returns the stream whose sound is wanted. Undefined where that is not certain. */
export type ChooseStream = (streams: readonly ElementaryStream[]) => ElementaryStream | undefined;

const PAT_PID = 0;

/**
 * Reads a transport stream from end to end, and puts together what has to be sent of it: the start, as far as ffprobe looks at it,
 * without most of the picture; then the packets of one stream alone; and the last bytes as they are. Tables that repeat are left
 * out. Returns undefined where anything is not as it should be.
 *
 * It does not matter to ffmpeg that other PIDs are missing: each has a counter and a clock of its own.
 */
export async function scanFilm(
  bytes: BufferedFile,
  layout: PacketLayout,
  choose: ChooseStream,
): Promise<ScannedFilm | undefined> {
  const scan = new Scan(bytes.size, layout, choose);
  const chunkBytes = CHUNK_PACKETS * layout.step;
  for (let position = 0; position < bytes.size; position += chunkBytes) {
    const chunk = await bytes.read(position, chunkBytes);
    if (!scan.readChunk(chunk, position)) return undefined;
  }
  return scan.finish();
}

/** What is done with the packets of a PID behind the start of the film. */
const Role = { unknown: 0, table: 1, wanted: 2, dropped: 3, filler: 4 } as const;

class Scan {
  readonly #segments = new Segments();
  readonly #layout: PacketLayout;
  readonly #choose: ChooseStream;
  readonly #size: number;
  readonly #tailStart: number;
  readonly #roles = new Uint8Array(NULL_PID + 1);
  readonly #progress = new Map<number, StreamProgress>();
  readonly #readers = new Map<number, SectionReader>();
  readonly #tables = new Map<number, Uint8Array>();
  readonly #unlisted = new Set<number>();
  #isHead = true;

  constructor(size: number, layout: PacketLayout, choose: ChooseStream) {
    this.#layout = layout;
    this.#choose = choose;
    this.#size = size;
    this.#tailStart = Math.max(0, Math.floor((size - TAIL_BYTES) / layout.step) * layout.step);
    this.#roles[NULL_PID] = Role.filler;
    this.#addTable(PAT_PID);
  }

  /** Reads whole packets. Returns false where the film is not as it should be. */
  readChunk(chunk: Uint8Array, start: number): boolean {
    const { step, before } = this.#layout;
    for (let at = 0; at + step <= chunk.length; at += step) {
      const sync = at + before;
      if (chunk[sync] !== SYNC) return false;
      const high = chunk[sync + 1] ?? 0;
      const role = this.#roles[((high & 0x1f) << 8) | (chunk[sync + 2] ?? 0)];
      const position = start + at;
      const isPlain = (high & 0x40) === 0 && ((chunk[sync + 3] ?? 0) & 0xc0) === 0;
      // Most packets are the picture's in the middle of the film.
      if (!this.#isHead && isPlain && role === Role.dropped && position < this.#tailStart) continue;
      if (!this.#readPacket(chunk, sync, position)) return false;
    }
    return true;
  }

  finish(): ScannedFilm | undefined {
    const streams = [...this.#progress.values()];
    const timed = streams.filter(({ stream }) => stream.kind !== 'other');
    const lastTimed = Math.max(-1, ...timed.map((each) => each.clock.lastTimed));
    if (lastTimed < this.#size - LAST_TIME_BYTES) return undefined;
    // What is left of a packet that was cut.
    this.#segments.copy(this.#size - (this.#size % this.#layout.step), this.#size);
    return { segments: this.#segments, streams };
  }

  #readPacket(chunk: Uint8Array, sync: number, position: number): boolean {
    const { pid, isStart, isScrambled, payload } = parsePacket(chunk, sync);
    const role = this.#roles[pid] ?? Role.unknown;
    if (isScrambled && role !== Role.filler) return false;
    if (role === Role.table && !this.#readTable(pid, payload, isStart)) return false;
    const progress = this.#progress.get(pid);
    if (progress && !this.#readStream(progress, payload, isStart, position)) return false;
    if (isStart && role === Role.unknown && isPes(payload) && !this.#readUnlisted(pid, position))
      return false;
    if (this.#isKept(role, progress, position)) {
      this.#segments.copy(position, position + this.#layout.step);
    }
    return true;
  }

  /** ffmpeg would make a stream of one that the program map does not list. The map may come later. */
  #readUnlisted(pid: number, position: number): boolean {
    this.#unlisted.add(pid);
    return this.#progress.size === 0 && position < HEAD_BYTES;
  }

  #isKept(role: number, progress: StreamProgress | undefined, position: number): boolean {
    if (position >= this.#tailStart || position < HEAD_BYTES) return true;
    if (!this.#isHead) return role === Role.wanted;
    if (role === Role.filler) return false;
    // The first picture stays whole, so that it comes out before what follows it.
    const isPicture = progress?.stream.kind === 'video';
    return !isPicture || progress.count <= 1 || progress.packets <= FRAME_PACKETS;
  }

  #readStream(progress: StreamProgress, payload: Uint8Array, isStart: boolean, position: number): boolean {
    const isFirst = progress.count === 0;
    progress.read(payload, isStart, position);
    if (this.#isHead && progress.clock.advanced >= ANALYZED_TICKS && position >= HEAD_BYTES)
      this.#isHead = false;
    if (!isFirst || progress.count === 0 || progress.stream.kind === 'other') return true;
    const advanced = Math.max(...[...this.#progress.values()].map((each) => each.clock.advanced));
    return position < LATEST_START_BYTES && advanced < LATEST_START_TICKS;
  }

  #addTable(pid: number): void {
    this.#roles[pid] = Role.table;
    this.#readers.set(pid, new SectionReader());
  }

  /** Returns false where a table says what we do not understand, or something else than before. */
  #readTable(pid: number, payload: Uint8Array, isStart: boolean): boolean {
    for (const section of this.#readers.get(pid)?.read(payload, isStart) ?? []) {
      const known = this.#tables.get(pid);
      // ffmpeg takes no notice of a damaged table either.
      if ((known && isSame(known, section)) || !isIntact(section)) continue;
      this.#tables.set(pid, section);
      if (!(pid === PAT_PID ? this.#readPat(section) : this.#readMap(section))) return false;
    }
    return true;
  }

  #readPat(section: Uint8Array): boolean {
    const [pid, ...others] = mapPids(section) ?? [];
    // Of several programs, ffmpeg takes the streams of all.
    if (pid === undefined || pid < 0x10 || pid === NULL_PID || others.length > 0) return false;
    if (this.#roles[pid] === Role.table) return true;
    this.#addTable(pid);
    return this.#tables.size === 1;
  }

  #readMap(section: Uint8Array): boolean {
    const streams = programStreams(section);
    if (this.#progress.size > 0) {
      const known = [...this.#progress.values()].map(({ stream }) => stream);
      return JSON.stringify(known) === JSON.stringify(streams);
    }
    const wanted = streams && this.#choose(streams);
    if (!wanted) return false;
    for (const stream of streams) {
      if (this.#roles[stream.pid] !== Role.unknown) return false;
      this.#roles[stream.pid] = stream === wanted ? Role.wanted : Role.dropped;
      this.#progress.set(stream.pid, new StreamProgress(stream));
      this.#unlisted.delete(stream.pid);
    }
    return this.#unlisted.size === 0;
  }
}
