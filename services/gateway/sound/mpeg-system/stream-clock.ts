import { CLOCK, ticksBetween } from './pes.ts';

/** A longer step between two times is a jump of the clock. */
const MAX_STEP = CLOCK;

/** Follows the times of one stream. */
export class StreamClock {
  /** How far it has advanced, in ticks, without jumps. */
  advanced = 0;
  /** Where the last time is in the file. */
  lastTimed = -1;
  #time: number | undefined;

  /** @param position where the packet with this time begins in the file */
  add(time: number, position: number): void {
    this.lastTimed = position;
    const step = this.#time === undefined ? 0 : ticksBetween(this.#time, time);
    if (step > 0 && step <= MAX_STEP) this.advanced += step;
    this.#time = time;
  }
}
