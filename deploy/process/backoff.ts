/** Pauses between restarts: 0.5 s doubling to 30 s, from the beginning again after a minute without a fall. */
export class Backoff {
  readonly #firstMs = 500;
  readonly #maxMs = 30_000;
  readonly #healthyMs = 60_000;
  #falls = 0;

  /** @param ranMs how long the process ran before it fell. @returns the pause, ms. */
  next(ranMs: number): number {
    if (ranMs >= this.#healthyMs) this.#falls = 0;
    return Math.min(this.#firstMs * 2 ** this.#falls++, this.#maxMs);
  }
}
