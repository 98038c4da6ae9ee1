export interface Deadline extends Disposable {
  /** Is aborted with a `TimeoutError` when the time is over, and with the reason of the outer signal before. */
  readonly signal: AbortSignal;
  /** Whether the time was over before the work was, and before the outer signal was aborted. */
  readonly isOver: boolean;
}

/**
 * Bounds one piece of work to `ms` milliseconds. Dispose of it when the work is over, which ends its timer. `AbortSignal.timeout`
 * cannot be ended: its timer, and all that it refers to, stays until the time is over, and many short calls leave thousands of them.
 */
export function startDeadline(ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = !controller.signal.aborted;
    controller.abort(new DOMException(`not done in ${ms} ms`, 'TimeoutError'));
  }, ms).unref();
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    get isOver() {
      return isOver;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
