import type { Segments } from '../segments.ts';
import { type Block, readBlockGroup, readSimpleBlock } from './block.ts';
import { ClusterParts } from './cluster-parts.ts';
import { type Element, HEADER_BYTES, readElement, readUnsigned, writeHeader } from './ebml.ts';
import type { FilmHead } from './film-head.ts';
import type { FilmReader } from './film-reader.ts';
import { ID } from './ids.ts';
import { isLevel1 } from './layout.ts';
import { type ShortBlock, shortenPicture } from './shorten-picture.ts';
import type { MatroskaTrack } from './tracks.ts';
import { Unsure } from './unsure.ts';

export interface ClusterOptions {
  film: FilmReader;
  output: Segments;
  head: FilmHead;
  /** All tracks by their numbers. */
  known: ReadonlyMap<number, MatroskaTrack>;
  /** Numbers of the tracks of which all blocks are kept. */
  kept: ReadonlySet<number>;
  /** Seconds of one unit of the timestamps. */
  unit: number;
  /** Whether large pictures are shortened that are kept. */
  shortensPictures: boolean;
}

interface Cluster {
  at: number;
  timestamp: Element;
  parts: ClusterParts;
  /** The block that ends last, and when, in units from the time of the cluster. */
  latest: { block: Element; track: number; units: number } | undefined;
  /** When the last block ends that is kept. */
  keptUnits: number;
}

/** Position and size of other clusters, checksum and padding: of no use in a smaller file. */
const DROPPED: readonly number[] = [ID.position, ID.previousSize, ID.crc, ID.void];
/** The server looks for the last cluster in the last 16 MiB of a file. */
const MAX_TAIL_BYTES = 15 * 1024 * 1024;
/** The most parts of a planned film. One that lasts a day has fewer. Each part takes 16 bytes of memory. */
const MAX_PARTS = 4_000_000;
/** The size of a cluster is written in four bytes. */
const MAX_CLUSTER_BYTES = 2 ** 28 - 2;

/** Writes clusters without the blocks of other tracks. */
export class Clusters {
  readonly #options: ClusterOptions;
  #last: Cluster | undefined;
  #parts = 0;
  /** Numbers of the tracks of which a block was there. */
  readonly seen = new Set<number>();

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** Reads the cluster whose header is `header`. Returns where it ends. Throws {@link Unsure} where it is damaged. */
  async add(header: Element): Promise<number> {
    const { film } = this.#options;
    if (this.#last) this.#write(this.#last);
    const { timestamp, at: blocksAt } = await this.#readStart(header);
    const time = readUnsigned(await film.content(timestamp, 8));
    const cluster = {
      at: header.at,
      timestamp,
      parts: new ClusterParts(),
      latest: undefined,
      keptUnits: 0,
    };
    this.#last = cluster;
    const isSized = header.end !== Number.POSITIVE_INFINITY;
    const end = Math.min(header.end, film.size);
    let at = blocksAt;
    while (at < end) {
      const bytes = film.peek(at, HEADER_BYTES) ?? (await film.load(at, HEADER_BYTES));
      const element = readElement(bytes, at);
      if (!isSized && isLevel1(element.id) && !DROPPED.includes(element.id)) break;
      if (element.end > end) throw new Unsure('an element exceeds its cluster');
      await this.#addElement(cluster, element, time);
      at = element.end;
    }
    return at;
  }

  /** Writes the last cluster. */
  async finish(): Promise<void> {
    const cluster = this.#last;
    if (!cluster || this.#options.film.size - cluster.at > MAX_TAIL_BYTES)
      throw new Unsure('no last cluster');
    // The server takes the length of the film from its last block, whatever its track is.
    if (cluster.latest && cluster.latest.units > cluster.keptUnits) {
      const { block, track } = cluster.latest;
      cluster.parts.insert(block, await this.#shorten(block, track));
    }
    this.#write(cluster, true);
  }

  /** A cluster begins with its timestamp, perhaps behind a checksum. */
  async #readStart(header: Element): Promise<{ timestamp: Element; at: number }> {
    const { film } = this.#options;
    const first = await film.element(header.start);
    const timestamp = first.id === ID.crc ? await film.element(first.end) : first;
    if (timestamp.id !== ID.timestamp) throw new Unsure('a cluster without a timestamp');
    if (timestamp.end > Math.min(header.end, film.size)) throw new Unsure('an element exceeds its cluster');
    return { timestamp, at: timestamp.end };
  }

  async #addElement(cluster: Cluster, element: Element, time: number): Promise<void> {
    const { film, known, kept, head, unit } = this.#options;
    let block: Block;
    if (element.id === ID.simpleBlock) block = await readSimpleBlock(film, element);
    else if (element.id === ID.blockGroup) block = await readBlockGroup(film, element);
    else if (DROPPED.includes(element.id)) return;
    else throw new Unsure('an unknown element in a cluster');
    if (!known.has(block.track)) throw new Unsure('a block of no track');
    this.seen.add(block.track);
    const isKept = !head.isOver || kept.has(block.track);
    if (!head.isOver) head.add(block, element.end - element.start, (time + block.time) * unit);
    const units = block.time + block.duration;
    if (isKept) {
      cluster.parts.add(
        element,
        kept.has(block.track) ? undefined : await this.#shorten(element, block.track),
      );
      cluster.keptUnits = Math.max(cluster.keptUnits, units);
    }
    if (units > (cluster.latest?.units ?? 0)) cluster.latest = { block: element, track: block.track, units };
  }

  async #shorten(element: Element, number: number): Promise<ShortBlock | undefined> {
    const { film, known, shortensPictures } = this.#options;
    const track = known.get(number);
    if (!shortensPictures || track?.type !== 'video' || element.id !== ID.simpleBlock) return undefined;
    return shortenPicture(film, track, element);
  }

  #write({ timestamp, parts }: Cluster, isLast = false): void {
    if (parts.count === 0 && !isLast) return;
    this.#parts += 1 + parts.count;
    if (this.#parts > MAX_PARTS) throw new Unsure('too many parts');
    const { output } = this.#options;
    const size = timestamp.end - timestamp.at + parts.size;
    if (size > MAX_CLUSTER_BYTES) throw new Unsure('a cluster is too large');
    output.add(writeHeader(ID.cluster, size, 4));
    output.copy(timestamp.at, timestamp.end);
    parts.writeTo(output);
  }
}
