import type { LocalFile } from '../local-file.ts';

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
    for (let index = this.#indexAt(start); index < this.#offsets.length; index++) {
      const offset = this.#offsets[index] ?? 0;
      if (offset >= end) break;
      const from = Math.max(start, offset);
      const to = Math.min(end, this.#offsets[index + 1] ?? this.#size);
      bytes.set(await this.#part(source, index, from - offset, to - offset), from - start);
    }
    return bytes;
  }

  async #part(source: LocalFile, index: number, from: number, to: number): Promise<Uint8Array> {
    const start = this.#sources[index] ?? 0;
    const literal = start < 0 ? this.#literals[-start - 1] : undefined;
    return literal ? literal.subarray(from, to) : source.read(start + from, start + to);
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
