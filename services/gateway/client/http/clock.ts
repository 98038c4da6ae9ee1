import { delay } from '../../../shared/runtime/delay.ts';

/** Time is a port, so that tests do not have to wait. */
export interface Clock {
  /** Milliseconds since the epoch. Never runs backwards while the program runs. */
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const clock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: delay,
};
