import { SERVICES } from '../../deploy/docker/image-names.ts';
import type { System } from './system.ts';

/** Each instance of each service gives way to a new one: that is started and ready first, then the old one is told to stop. */
export async function replaceAll(
  system: System,
  { each, report }: { each: number; report(line: string): void },
): Promise<number> {
  let replaced = 0;
  for (const service of SERVICES) {
    for (const old of system.replicas[service].slice(0, each)) {
      const since = performance.now();
      const fresh = await system.start(service);
      const started = performance.now();
      await system.retire(old);
      const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
      report(
        `${old.name} → ${fresh.name}: ready after ${seconds(since, started)} s, the old one gone ${seconds(started, performance.now())} s later`,
      );
      replaced++;
    }
  }
  return replaced;
}
