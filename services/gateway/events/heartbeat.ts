/**
 * Milliseconds without an event after which something is sent: proxies close a connection that is idle. It is below the 15 s that
 * are promised, because timers may be late.
 */
const HEARTBEAT_MS = 12_000;

/** Says when an event stream has been quiet for too long. */
export interface Heartbeat {
  /** Milliseconds until the next heartbeat is due. */
  remainingMs(): number;
  isDue(): boolean;
  /** Starts the time again, because something is sent. */
  reset(): void;
}

export function createHeartbeat(): Heartbeat {
  let quietSince = performance.now();
  const remainingMs = () => Math.max(0, quietSince + HEARTBEAT_MS - performance.now());
  return {
    remainingMs,
    isDue: () => remainingMs() === 0,
    reset() {
      quietSince = performance.now();
    },
  };
}
