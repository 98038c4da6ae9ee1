import type { BufferedFile } from '../buffered-file.ts';
import {
  ANALYZED_TICKS,
  HEAD_BYTES,
  LAST_TIME_BYTES,
  LATEST_START_BYTES,
  LATEST_START_TICKS,
  TAIL_BYTES,
} from '../mpeg-system/probe-limits.ts';
import { Segments } from '../segments.ts';
import { type Element, MAX_ELEMENT_BYTES, MAX_HEADER_BYTES, readElement } from './elements.ts';
import { FilmStream, kindOf } from './film-stream.ts';

/** Large reads: the whole film has to be read. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Frames of the picture whose headers stay at the start. ffprobe tells its rate by them. */
const FIRST_FRAMES = 60;
/** Packets that hold the headers of a frame: the one that states its time, in which it begins, and the next one. */
const FRAME_PACKETS = 2;
/** A private stream begins with its id, the number of frames and the place of the first one. */
const PRIVATE_HEADER_BYTES = 4;

/** Returns the stream whose sound is wanted. Undefined where that is not certain. */
export type ChooseStream = (streams: readonly FilmStream[]) => FilmStream | undefined;

/**
 * Reads a program stream from end to end, and puts together what has to be sent of it: the start, as far as ffprobe looks at it,
 * without most of the picture; then the packets of one stream alone; and the last bytes as they are. Returns undefined where
 * anything is not as it should be.
 *
 * @param choose is called once, when the start has been read: no stream begins later
 */
export async function scanFilm(bytes: BufferedFile, choose: ChooseStream): Promise<Segments | undefined> {
  const scan = new Scan(bytes.size, choose);
  let position = 0;
  while (position < bytes.size) {
    const read = scan.readChunk(await bytes.read(position, CHUNK_BYTES), position);
    if (read === undefined) return undefined;
    position += read;
  }
  return scan.finish();
}

class Scan {
  readonly #segments = new Segments();
  readonly #streams = new Map<number, FilmStream>();
  readonly #size: number;
  readonly #tailStart: number;
  readonly #choose: ChooseStream;
  #chosen: FilmStream | undefined;
  #isHead = true;

  constructor(size: number, choose: ChooseStream) {
    this.#size = size;
    this.#tailStart = size - TAIL_BYTES - MAX_ELEMENT_BYTES;
    this.#choose = choose;
  }

  /** Returns how many bytes of the chunk were read. Undefined where the film is not as it should be. */
  readChunk(chunk: Uint8Array, start: number): number | undefined {
    const isLast = start + chunk.length === this.#size;
    let at = 0;
    while (at < chunk.length && (isLast || chunk.length - at >= MAX_HEADER_BYTES)) {
      const element = readElement(chunk, at);
      const position = start + at;
      // What is left of a header that was cut.
      if (!element && this.#size - position < MAX_HEADER_BYTES) return this.#copyRest(position, chunk.length);
      if (!element || !this.#read(element, chunk.subarray(at), position)) return undefined;
      at += element.bytes;
    }
    return at;
  }

  finish(): Segments | undefined {
    if (this.#isHead && !this.#endHead()) return undefined;
    const timed = [...this.#streams.values()].filter(({ kind }) => kind !== 'other');
    const lastTimed = Math.max(-1, ...timed.map(({ clock }) => clock.lastTimed));
    return lastTimed < this.#size - LAST_TIME_BYTES ? undefined : this.#segments;
  }

  #copyRest(position: number, read: number): number {
    this.#segments.copy(position, this.#size);
    return read;
  }

  #read(element: Element, content: Uint8Array, position: number): boolean {
    const stream = element.id === 0 ? undefined : this.#streamOf(element.id, position);
    if (element.id !== 0 && !stream) return false;
    if (stream && !this.#readStream(stream, element, content, position)) return false;
    if (this.#isKept(stream, position)) {
      this.#segments.copy(position, Math.min(position + element.bytes, this.#size));
    }
    return true;
  }

  /** Returns undefined for a stream that ffprobe may not see, or may understand in another way. */
  #streamOf(id: number, position: number): FilmStream | undefined {
    const known = this.#streams.get(id);
    const kind = kindOf(id);
    if (known || !kind) return known;
    const advanced = Math.max(0, ...[...this.#streams.values()].map(({ clock }) => clock.advanced));
    const isEarly = position < LATEST_START_BYTES && advanced < LATEST_START_TICKS;
    if (kind.kind !== 'other' && !isEarly) return undefined;
    const stream = new FilmStream(kind);
    this.#streams.set(id, stream);
    return stream;
  }

  #readStream(stream: FilmStream, element: Element, content: Uint8Array, position: number): boolean {
    stream.packets += 1;
    if (element.time !== undefined) {
      stream.timed += 1;
      stream.packets = 1;
      stream.clock.add(element.time, position);
    }
    if (!this.#isHead) return true;
    const start = element.content + (element.id > 0xff ? PRIVATE_HEADER_BYTES : 0);
    if (stream.kind === 'audio') stream.sample.add(content.subarray(start, element.bytes));
    return stream.clock.advanced < ANALYZED_TICKS || position < HEAD_BYTES || this.#endHead();
  }

  #endHead(): boolean {
    this.#isHead = false;
    this.#chosen = this.#choose([...this.#streams.values()]);
    return this.#chosen !== undefined;
  }

  #isKept(stream: FilmStream | undefined, position: number): boolean {
    if (position < HEAD_BYTES || position >= this.#tailStart) return true;
    if (!this.#isHead) return stream !== undefined && stream === this.#chosen;
    if (stream?.kind !== 'video') return true;
    return stream.timed <= 1 || (stream.packets <= FRAME_PACKETS && stream.timed <= FIRST_FRAMES);
  }
}
