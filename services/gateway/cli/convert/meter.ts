import type { Clock } from './clock.ts';
import { formatBytes, formatSeconds } from './format.ts';

const WINDOW_MS = 5_000;
const SAMPLE_MS = 200;

/** Measures progress, and the speed over the last seconds. */
export interface Meter {
  at(done: number): void;
  share(): number;
  /** `73.2 MiB of 120.0 MiB  45.1 MiB/s  ETA 0:01` */
  describe(): string;
}

export function createMeter(total: number, clock: Pick<Clock, 'now'>): Meter {
  let samples: { time: number; done: number }[] = [];
  let done = 0;

  function rate(): number | undefined {
    const oldest = samples[0];
    const elapsed = oldest ? clock.now() - oldest.time : 0;
    return oldest && elapsed >= SAMPLE_MS ? ((done - oldest.done) / elapsed) * 1000 : undefined;
  }

  return {
    at(now) {
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
        `${formatBytes(done)} of ${formatBytes(total)}`,
        ...(speed === undefined ? [] : [`${(speed / 1024 ** 2).toFixed(1)} MiB/s`]),
        ...(speed && done < total ? [`ETA ${formatSeconds((total - done) / speed)}`] : []),
      ].join('  ');
    },
  };
}
