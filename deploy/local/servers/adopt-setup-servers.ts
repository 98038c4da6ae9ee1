import { adoptChild, type Child } from '../../process/child.ts';
import { stopEntry } from '../../process/orphans.ts';
import { findKept } from '../../process/registry.ts';
import type { ServerName } from '../tools/external-servers.ts';
import { logOf } from './context.ts';

/** The server that `npm run setup` left running, if any. Stopping RabbitMQ also stops its name server. */
export function adoptSetupServer(dataDir: string, name: ServerName): Child | undefined {
  const entry = findKept(dataDir, name);
  if (entry === undefined) return undefined;
  return {
    ...adoptChild(entry, logOf(dataDir, name), dataDir),
    async stop() {
      await stopEntry(dataDir, entry);
      const epmd = name === 'rabbitmq' ? findKept(dataDir, 'epmd') : undefined;
      if (epmd !== undefined) await stopEntry(dataDir, epmd);
    },
  };
}
