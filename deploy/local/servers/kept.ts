import { adopt, type Child } from '../../process/child.ts';
import { endEntry } from '../../process/orphans.ts';
import { keptRunning } from '../../process/registry.ts';
import { logOf } from './context.ts';
import type { ServerName } from './types.ts';

/** A server that `npm run setup` left running. The broker's name server is an entry of its own, and goes with it. */
export function adoptKept(dataDir: string, name: ServerName): Child | undefined {
  const entry = keptRunning(dataDir, name);
  if (entry === undefined) return undefined;
  const child = adopt(entry, logOf(dataDir, name), dataDir);
  return {
    ...child,
    running: child.running,
    async stop() {
      await endEntry(dataDir, entry);
      const epmd = name === 'rabbitmq' ? keptRunning(dataDir, 'epmd') : undefined;
      if (epmd !== undefined) await endEntry(dataDir, epmd);
    },
  };
}
