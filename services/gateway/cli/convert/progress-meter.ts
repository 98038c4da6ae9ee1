import { formatDuration, formatSize } from '../../../shared/runtime/format.ts';
import type { Clock } from '../../client/http/clock.ts';

const WINDOW_MS = 5_000;
const SAMPLE_MS = 200;

/** Measures the progress of a transfer, and its speed over the last seconds. */
export interface ProgressMeter {
  /** Takes the bytes transferred so far. Where they have become fewer, the measurement starts again. */
  update(done: number): void;
  /** From 0 to 1. */
  share(): number;
  /** `73.2 MB of 120.0 MB  45.1 MB/s  ETA 0:01` */
  describe(): string;
}

/** @param total bytes */
export function createProgressMeter(total: number, clock: Pick<Clock, 'now'>): ProgressMeter {
  let samples: { time: number; done: number }[] = [];
  let done = 0;

  /** Bytes per second; undefined before enough time has passed. */
  function rate(): number | undefined {
    const oldest = samples[0];
    const elapsed = oldest ? clock.now() - oldest.time : 0;
    return oldest && elapsed >= SAMPLE_MS ? ((done - oldest.done) / elapsed) * 1000 : undefined;
  }

  return {
    update(now) {
      const time = clock.now();
      if (now < done) samples = [];
      done = now;
      const last = samples.at(-1);
      if (!last || time - last.time >= SAMPLE_MS) samples.push({ time, done });
      while (samples.length > 2 && (samples[1]?.time ?? time) <= time - WINDOW_MS) samples.shift();
    },
    share: () => (total > 0 ? done / total : 1),
    describe() {
      const speed = rate();
      return [
        `${formatSize(done)} of ${formatSize(total)}`,
        ...(speed === undefined ? [] : [`${formatSize(speed)}/s`]),
        ...(speed && done < total ? [`ETA ${formatDuration((total - done) / speed)}`] : []),
      ].join('  ');
    },
  };
}
