import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 1_000;
const MOST_MS = 30_000;

/**
 * Pauses a converter whose disk is full. Without a pause it would fail jobs faster than converters with free space can
 * take them. The pause doubles with each failure, until a conversion has found room.
 */
export interface Rest {
  take(signal: AbortSignal): Promise<void>;
  /** There is room again. */
  over(): void;
}

export function createRest(pause: (ms: number, signal: AbortSignal) => Promise<unknown> = pauseFor): Rest {
  let failures = 0;
  return {
    async take(signal) {
      await pause(Math.min(MOST_MS, FIRST_MS * 2 ** failures++), signal).catch(() => undefined);
    },
    over() {
      failures = 0;
    },
  };
}

const pauseFor = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
