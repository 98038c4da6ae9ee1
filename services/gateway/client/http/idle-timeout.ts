/** Bounds the time for which a connection may be silent. Only waiting counts: a slow reader of the body does not time out. */
export interface IdleTimeout {
  /** Aborts with the caller's signal, and when the time is up. */
  readonly signal: AbortSignal;
  /** Waits for a step of the exchange. Rejects with the signal's reason when the signal aborts. */
  watch<T>(step: () => Promise<T>): Promise<T>;
  /** Starts the time again during a step, because data has moved. */
  refresh(): void;
}

/** @param timeoutError makes the abort reason after `milliseconds` of silence */
export function createIdleTimeout(
  milliseconds: number,
  callerSignal: AbortSignal,
  timeoutError: () => Error,
): IdleTimeout {
  const controller = new AbortController();
  const signal = AbortSignal.any([callerSignal, controller.signal]);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function start(): void {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(timeoutError()), milliseconds);
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    signal,
    async watch(step) {
      start();
      try {
        return await step();
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        stop();
      }
    },
    refresh() {
      if (timer !== undefined) start();
    },
  };
}
