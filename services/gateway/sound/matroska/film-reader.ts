import type { BufferedFile } from '../buffered-file.ts';
import { type Element, HEADER_BYTES, readElement } from './ebml.ts';
import { Unsure } from './unsure.ts';

/**
 * Blocks of sound lie between those of the picture, so that the headers of all blocks are found only by reading along. Large
 * reads make this as fast as the disk: a browser takes about a millisecond for each.
 */
const WINDOW_BYTES = 2 * 1024 * 1024;

/** Reads a film from its start to its end. */
export class FilmReader {
  readonly size: number;
  readonly #file: BufferedFile;
  #start = 0;
  #window: Uint8Array = new Uint8Array(0);

  constructor(file: BufferedFile) {
    this.#file = file;
    this.size = file.size;
  }

  /** Returns `length` bytes, or fewer at the end of the film, where they are in memory: most are. Otherwise, call `load`. */
  peek(position: number, length: number): Uint8Array | undefined {
    const from = position - this.#start;
    const to = Math.min(position + length, this.size) - this.#start;
    return from >= 0 && to <= this.#window.length && from <= to ? this.#window.subarray(from, to) : undefined;
  }

  /** Like `peek`, but reads what is missing. Fails as the file does, and with the reason of its signal. */
  async load(position: number, length: number): Promise<Uint8Array> {
    const known = this.peek(position, length);
    if (known) return known;
    this.#window = await this.#file.read(position, Math.max(length, WINDOW_BYTES));
    this.#start = position;
    return this.#window.subarray(0, length);
  }

  /** Reads the header of the element at `position`. Throws {@link Unsure} where there is none. */
  async element(position: number): Promise<Element> {
    return readElement(
      this.peek(position, HEADER_BYTES) ?? (await this.load(position, HEADER_BYTES)),
      position,
    );
  }

  /** Reads the content of an element. Throws {@link Unsure} where it is longer than `maxBytes`, or exceeds the film. */
  async content({ start, end }: Element, maxBytes: number): Promise<Uint8Array> {
    if (end > this.size || end - start > maxBytes) throw new Unsure('the element is too large');
    const length = end - start;
    return this.peek(start, length) ?? (await this.load(start, length));
  }
}
