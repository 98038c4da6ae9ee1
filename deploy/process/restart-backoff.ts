import { backoffMs } from '../../services/shared/runtime/backoff.ts';

const PAUSES = { firstMs: 500, maxMs: 30_000 };

/** Pauses between restarts of a process: 0.5 s, doubling to 30 s. They begin at 0.5 s again after a run of a minute. */
export class RestartBackoff {
  readonly #healthyMs = 60_000;
  #crashes = 0;

  /** @param ranMs how long the process ran before it crashed. @returns the pause before the next start, ms. */
  next(ranMs: number): number {
    if (ranMs >= this.#healthyMs) this.#crashes = 0;
    this.#crashes++;
    return backoffMs(this.#crashes, PAUSES);
  }
}
