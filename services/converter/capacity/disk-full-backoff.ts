import { delay } from '../../shared/runtime/delay.ts';

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Pauses a converter whose disk is full. Without a pause it would fail jobs faster than converters with free space can
 * take them. The pause doubles with each failure, until a conversion succeeds.
 */
export interface DiskFullBackoff {
  wait(signal: AbortSignal): Promise<void>;
  /** The disk has room again: the next pause is a short one. */
  reset(): void;
}

export function createDiskFullBackoff(
  pause: (ms: number, signal: AbortSignal) => Promise<unknown> = delay,
): DiskFullBackoff {
  let failures = 0;
  return {
    async wait(signal) {
      const ms = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
      await pause(ms, signal).catch(() => undefined);
    },
    reset() {
      failures = 0;
    },
  };
}
