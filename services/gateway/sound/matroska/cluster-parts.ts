import type { Segments } from '../segments.ts';
import type { Element } from './ebml.ts';
import type { ShortBlock } from './shorten-picture.ts';

/** The parts of a cluster that are kept, in the order of the film. */
export class ClusterParts {
  /** Start and end of each part in the film. Parts that follow each other are one. */
  readonly #ranges: number[] = [];
  /** The parts that are written with less of their picture, by where they begin in the film. */
  readonly #shortened = new Map<number, ShortBlock>();

  get count(): number {
    return this.#ranges.length / 2;
  }

  /** Bytes. */
  get size(): number {
    let size = 0;
    for (const [start, end] of this.#each()) size += this.#shortened.get(start)?.size ?? end - start;
    return size;
  }

  /** Adds an element behind the others. */
  add({ at, end }: Element, short?: ShortBlock): void {
    const isWhole = !short && !this.#shortened.has(this.#ranges.at(-2) ?? -1);
    if (short) this.#shortened.set(at, short);
    if (isWhole && this.#ranges.at(-1) === at) this.#ranges[this.#ranges.length - 1] = end;
    else this.#ranges.push(at, end);
  }

  /** Adds an element where it belongs among the others. */
  insert({ at, end }: Element, short?: ShortBlock): void {
    if (short) this.#shortened.set(at, short);
    let place = 0;
    while (place < this.#ranges.length && (this.#ranges[place] ?? 0) < at) place += 2;
    this.#ranges.splice(place, 0, at, end);
  }

  writeTo(output: Segments): void {
    for (const [start, end] of this.#each()) {
      for (const piece of this.#shortened.get(start)?.pieces ?? [[start, end] as const]) {
        if (piece instanceof Uint8Array) output.add(piece);
        else output.copy(...piece);
      }
    }
  }

  *#each(): Generator<[start: number, end: number]> {
    for (let at = 0; at < this.#ranges.length; at += 2) {
      yield [this.#ranges[at] ?? 0, this.#ranges[at + 1] ?? 0];
    }
  }
}
