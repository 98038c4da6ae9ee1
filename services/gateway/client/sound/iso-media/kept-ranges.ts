import { Unplannable } from './boxes.ts';

interface Range {
  start: number;
  end: number;
}

/** The parts of the film's media data that are sent, and where they are in the smaller file. */
export class KeptRanges {
  #ranges: Range[] = [];
  /** Where each range begins in the smaller file. */
  #places: number[] = [];

  add(start: number, end: number): void {
    if (!Number.isSafeInteger(end) || start < 0) throw new Unplannable('A sample is nowhere.');
    const last = this.#ranges.at(-1);
    if (last && last.end === start) last.end = end;
    else if (end > start) this.#ranges.push({ start, end });
  }

  /** Sorts the ranges, and joins those that overlap. Call it when all are added. */
  finish(): void {
    const joined: Range[] = [];
    for (const range of this.#ranges.toSorted((one, other) => one.start - other.start)) {
      const last = joined.at(-1);
      if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
      else joined.push(range);
    }
    this.#ranges = joined;
    this.#places = Array.from(joined, () => Number.NaN);
  }

  /** Returns the ranges in a part of the film. @throws Unplannable where one of them is not wholly in it */
  within(start: number, end: number): Range[] {
    const first = this.#indexAfter(start);
    const found: Range[] = [];
    for (let index = first; (this.#ranges[index]?.start ?? end) < end; index++) {
      const range = this.#ranges[index] as Range;
      if (range.end > end) throw new Unplannable('A sample is not wholly in one box of media data.');
      found.push(range);
    }
    return found;
  }

  /** Says where the ranges in a part of the film begin in the smaller file, one after the other. Returns where they end. */
  place(start: number, end: number, at: number): number {
    let offset = at;
    let index = this.#indexAfter(start);
    for (const range of this.within(start, end)) {
      this.#places[index++] = offset;
      offset += range.end - range.start;
    }
    return offset;
  }

  /** Returns where a byte of the film is in the smaller file. @throws Unplannable where it is in no box of media data */
  placeOf(position: number): number {
    const index = this.#indexAfter(position + 1) - 1;
    const range = this.#ranges[index];
    const place = this.#places[index];
    if (!range || position >= range.end || place === undefined || Number.isNaN(place))
      throw new Unplannable('A sample is in no box of media data.');
    return place + position - range.start;
  }

  /** The index of the first range that begins at `position` or after it. */
  #indexAfter(position: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as Range).start < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
