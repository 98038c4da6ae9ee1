import { Unplannable } from './boxes.ts';

interface Range {
  start: number;
  end: number;
}

/** A range, and where it is. */
interface PlacedRange extends Range {
  /** The index of the area that it is in. */
  area: number;
  /** Where it begins in the smaller file. */
  place: number;
}

/** The parts of the film's media data that are sent, and where they are in the smaller file. Positions are in bytes. */
export class KeptRanges {
  readonly #added: Range[] = [];
  #ranges: PlacedRange[] = [];

  add(start: number, end: number): void {
    if (!Number.isSafeInteger(end) || start < 0) throw new Unplannable('A sample is nowhere.');
    const last = this.#added.at(-1);
    if (last && last.end === start) last.end = end;
    else if (end > start) this.#added.push({ start, end });
  }

  /**
   * Sorts the ranges, and joins those that overlap. Call it when all are added. An area without any range gets one of a byte: to
   * ffmpeg, a box of media data that is empty is none.
   *
   * @param areas the contents of the boxes of media data, in order
   * @throws Unplannable where a range is not wholly in one area
   */
  finish(areas: readonly Range[]): void {
    const sorted = this.#added.toSorted((one, other) => one.start - other.start);
    let next = 0;
    for (const [area, { start, end }] of areas.entries()) {
      const first = this.#ranges.length;
      for (; (sorted[next]?.start ?? end) < end; next++) {
        const range = sorted[next] as Range;
        if (range.start < start || range.end > end)
          throw new Unplannable('A sample is in no box of media data.');
        const last = this.#ranges.at(-1);
        if (last?.area === area && range.start <= last.end) last.end = Math.max(last.end, range.end);
        else this.#ranges.push({ ...range, area, place: Number.NaN });
      }
      if (this.#ranges.length === first && end > start)
        this.#ranges.push({ start, end: start + 1, area, place: Number.NaN });
    }
    if (next < sorted.length) throw new Unplannable('A sample is in no box of media data.');
  }

  /** Returns the ranges in an area. */
  *within({ start, end }: Range): Generator<Range> {
    for (let index = this.#indexAt(start); (this.#ranges[index]?.start ?? end) < end; index++) {
      yield this.#ranges[index] as Range;
    }
  }

  /** Says where the ranges in an area are in the smaller file: one after the other, from `at` on. Returns where they end. */
  place({ start, end }: Range, at: number): number {
    let offset = at;
    for (let index = this.#indexAt(start); (this.#ranges[index]?.start ?? end) < end; index++) {
      const range = this.#ranges[index] as PlacedRange;
      range.place = offset;
      offset += range.end - range.start;
    }
    return offset;
  }

  /** Returns where a byte of the film is in the smaller file. @throws Unplannable where it is not sent */
  placeOf(position: number): number {
    const range = this.#ranges[this.#indexAt(position + 1) - 1];
    if (!range || position >= range.end) throw new Unplannable('A sample is in no box of media data.');
    return range.place + position - range.start;
  }

  /** Whether the byte at `start` follows in the smaller file the one before `end`. */
  follows(end: number, start: number): boolean {
    const index = this.#indexAt(end) - 1;
    const range = this.#ranges[index];
    if (!range || end > range.end) return false;
    if (end < range.end) return start === end;
    const next = this.#ranges[index + 1];
    return next?.start === start && next.area === range.area;
  }

  /** The index of the first range that begins at `position` or after it. */
  #indexAt(position: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as Range).start < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
