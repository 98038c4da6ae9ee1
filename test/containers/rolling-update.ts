import { SERVICES } from '../../deploy/docker/image-names.ts';
import type { System } from './system.ts';

/**
 * Replaces instances of every service, one at a time: the new instance is ready before the old one is told to stop.
 * Returns the number of replaced instances.
 */
export async function rollingUpdate(
  system: System,
  { perService, report }: { perService: number; report(line: string): void },
): Promise<number> {
  let replaced = 0;
  for (const service of SERVICES) {
    for (const old of system.replicas[service].slice(0, perService)) {
      const begun = performance.now();
      const fresh = await system.start(service);
      const ready = performance.now();
      await system.retire(old);
      const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
      report(
        `${old.name} → ${fresh.name}: ready after ${seconds(begun, ready)} s, and the old one is gone ${seconds(ready, performance.now())} s later`,
      );
      replaced++;
    }
  }
  return replaced;
}
