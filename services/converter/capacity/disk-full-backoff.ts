import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 1_000;
const MOST_MS = 30_000;

/**
 * Pauses a converter whose disk is full. Without a pause it would fail jobs faster than converters with free space can
 * take them. The pause doubles with each failure, until a conversion has found room.
 */
export interface DiskFullBackoff {
  wait(signal: AbortSignal): Promise<void>;
  /** There is room again. */
  reset(): void;
}

export function createDiskFullBackoff(
  pause: (ms: number, signal: AbortSignal) => Promise<unknown> = pauseFor,
): DiskFullBackoff {
  let failures = 0;
  return {
    async wait(signal) {
      await pause(Math.min(MOST_MS, FIRST_MS * 2 ** failures++), signal).catch(() => undefined);
    },
    reset() {
      failures = 0;
    },
  };
}

const pauseFor = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
