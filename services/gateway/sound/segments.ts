import type { LocalFile } from './local-file.ts';

/**
 * A file that is put together from bytes of our own and from parts of another file, without a copy of either. Add the parts in
 * order, and then call `toFile`.
 */
export class Segments {
  readonly #literals: Uint8Array[] = [];
  /** The offset of each segment in the new file. */
  readonly #offsets: number[] = [];
  /** The start of each segment in the source. For a literal, minus its place in `#literals` minus one. */
  readonly #sources: number[] = [];
  #size = 0;

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Adds bytes of our own. */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#offsets.push(this.#size);
    this.#sources.push(-this.#literals.push(bytes));
    this.#size += bytes.length;
  }

  /** Adds the bytes of the source from `start` to before `end`. Parts that follow each other in the source become one. */
  copy(start: number, end: number): void {
    if (end <= start) return;
    const source = this.#sources.at(-1);
    const offset = this.#offsets.at(-1) ?? 0;
    const continues = source !== undefined && source >= 0 && source + this.#size - offset === start;
    if (!continues) {
      this.#offsets.push(this.#size);
      this.#sources.push(start);
    }
    this.#size += end - start;
  }

  /** @param source the file of which parts were copied */
  toFile(source: LocalFile): LocalFile {
    return { size: this.#size, read: (start, end) => this.#read(source, start, end) };
  }

  async #read(source: LocalFile, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(end - start);
    const parts = this.#parts(start, end);
    for (let index = 0; index < parts.length; ) {
      const first = parts[index];
      if (!first) break;
      if (first.literal) {
        bytes.set(first.literal, first.at);
        index += 1;
        continue;
      }
      const last = lastOfRead(parts, index);
      const span = await source.read(first.from, parts[last]?.to ?? first.to);
      for (; index <= last; index++) {
        const { at = 0, from = 0, to = 0 } = parts[index] ?? {};
        bytes.set(span.subarray(from - first.from, to - first.from), at);
      }
    }
    return bytes;
  }

  /** The parts of which the bytes from `start` to before `end` are made. */
  #parts(start: number, end: number): Part[] {
    const parts: Part[] = [];
    for (let index = this.#indexAt(start); index < this.#offsets.length; index++) {
      const offset = this.#offsets[index] ?? 0;
      if (offset >= end) break;
      const from = Math.max(start, offset) - offset;
      const to = Math.min(end, this.#offsets[index + 1] ?? this.#size) - offset;
      const source = this.#sources[index] ?? 0;
      const literal = source < 0 ? this.#literals[-source - 1]?.subarray(from, to) : undefined;
      parts.push({ at: offset + from - start, from: source + from, to: source + to, literal });
    }
    return parts;
  }

  /** The index of the segment that holds the byte at `position`. */
  #indexAt(position: number): number {
    let low = 0;
    let high = this.#offsets.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#offsets[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

interface Part {
  /** Where it goes in what is read. */
  at: number;
  /** Where it is in the source, unless it is a literal. */
  from: number;
  to: number;
  literal: Uint8Array | undefined;
}

/** Parts that are as close together as this are read at once, up to so many bytes: a browser takes long for each read. */
const MAX_GAP_BYTES = 128 * 1024;
const MAX_READ_BYTES = 4 * 1024 * 1024;

/** The index of the last part that is read together with the one at `first`. */
function lastOfRead(parts: readonly Part[], first: number): number {
  const start = parts[first]?.from ?? 0;
  let last = first;
  for (;;) {
    const next = parts[last + 1];
    const gap = (next?.from ?? 0) - (parts[last]?.to ?? 0);
    if (!next || next.literal || gap < 0 || gap > MAX_GAP_BYTES || next.to - start > MAX_READ_BYTES)
      return last;
    last += 1;
  }
}
