/**
 * Tells one reader that there is something new. Any number of calls while the reader is busy count as one, so nothing grows
 * when the reader is slow: it then reads the newest state.
 */
export interface WakeUp {
  wake(): void;
  /** Resolves with true after a `wake`, also one before the call, and with false after `ms`. Rejects when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<boolean>;
}

export function createWakeUp(): WakeUp {
  let isPending = false;
  let notify: (() => void) | undefined;

  return {
    wake() {
      isPending = true;
      notify?.();
    },
    async wait(ms, signal) {
      signal.throwIfAborted();
      if (!isPending) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const onAbort = () => reject(signal.reason);
        const timer = setTimeout(resolve, ms);
        notify = resolve;
        signal.addEventListener('abort', onAbort, { once: true });
        await promise.finally(() => {
          clearTimeout(timer);
          notify = undefined;
          signal.removeEventListener('abort', onAbort);
        });
      }
      const isWoken = isPending;
      isPending = false;
      return isWoken;
    },
  };
}
