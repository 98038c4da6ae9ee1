/** Enough for several frames of any codec. */
const SAMPLE_BYTES = 32 * 1024;

/** Collects the beginning of a sound, to look at its frames. */
export class FrameSample {
  readonly #bytes = new Uint8Array(SAMPLE_BYTES);
  #size = 0;

  add(content: Uint8Array): void {
    const part = content.subarray(0, SAMPLE_BYTES - this.#size);
    this.#bytes.set(part, this.#size);
    this.#size += part.length;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}
