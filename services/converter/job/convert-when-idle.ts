import { delay } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { CoreSlots } from '../capacity/core-slots.ts';
import type { OtherJobs } from './other-jobs.ts';

/** The mean of the pauses between two looks. They vary by half of it, so that converters do not look at the same time. */
const LOOK_MS = 5_000;

export interface ConvertWhenIdlePorts extends Pick<OtherJobs, 'convertWhileFree'> {
  /** Throws until the service is ready. */
  requireReady: () => Promise<void>;
  slots: Pick<CoreSlots, 'hasRoom'>;
  stoppingSignal: AbortSignal;
  log: Log;
}

/**
 * Looks for jobs every few seconds while there is room for one. The events of such jobs may wait in another converter which has no free
 * slot, or may be acknowledged. Resolves when the service stops and what it began has ended.
 */
export async function convertWhenIdle(ports: ConvertWhenIdlePorts): Promise<void> {
  const { requireReady, slots, convertWhileFree, stoppingSignal, log } = ports;
  const running = new Set<Promise<void>>();

  async function look(): Promise<void> {
    try {
      await requireReady();
      await convertWhileFree(stoppingSignal);
    } catch (error) {
      if (!stoppingSignal.aborted)
        log.debug({ err: error }, 'a job that was found waiting was not converted');
    }
  }

  while (!stoppingSignal.aborted) {
    await delay(LOOK_MS * (0.5 + Math.random()), stoppingSignal).catch(() => undefined);
    if (stoppingSignal.aborted || !slots.hasRoom) continue;
    // Not awaited, because the next look fills the next slot.
    const looking = look().finally(() => running.delete(looking));
    running.add(looking);
  }
  await Promise.all(running);
}
