import { backoffMs } from '../../shared/runtime/backoff.ts';
import { delay } from '../../shared/runtime/delay.ts';

const PAUSES = { firstMs: 1_000, maxMs: 30_000 };

/**
 * Pauses a converter whose disk is full. Without a pause it would fail jobs faster than converters with free space can
 * take them. The pause doubles with each failure, until a conversion succeeds.
 */
export interface DiskFullBackoff {
  /** Whether the disk was full in the last conversion. */
  readonly isFull: boolean;
  wait(signal: AbortSignal): Promise<void>;
  /** The disk has room again: the next pause is a short one. */
  reset(): void;
}

export function createDiskFullBackoff(
  pause: (ms: number, signal: AbortSignal) => Promise<unknown> = delay,
): DiskFullBackoff {
  let failures = 0;
  return {
    get isFull() {
      return failures > 0;
    },
    async wait(signal) {
      failures++;
      await pause(backoffMs(failures, PAUSES), signal).catch(() => undefined);
    },
    reset() {
      failures = 0;
    },
  };
}
