import { stopProcess } from './child.ts';
import { findOrphans, type RegistryEntry, unregister } from './registry.ts';
import { type Report, run } from './run.ts';
import { which } from './which.ts';

/** Stops the process or container of a registry entry. Does nothing if its pid now belongs to another process. */
export async function stopEntry(dataDir: string, entry: RegistryEntry): Promise<void> {
  const docker = entry.container === undefined ? undefined : which('docker');
  if (entry.container !== undefined && docker !== undefined) {
    const options = {
      what: `Stopping container ${entry.container.slice(0, 12)}`,
      report: () => {},
      signal: new AbortController().signal,
      timeoutMs: 60_000,
    };
    await run(docker, ['stop', '--time', '20', entry.container], options).catch(() => {});
  } else await stopProcess(entry.process, 10_000, entry.stopSignal);
  unregister(dataDir, entry.name);
}

/** Stops several entries: services first, since they hand back their work to servers that must still answer. */
export async function stopEntries(dataDir: string, entries: readonly RegistryEntry[]): Promise<void> {
  for (const group of [isService, isServer, isNameServer]) {
    await Promise.all(entries.filter(group).map((entry) => stopEntry(dataDir, entry)));
  }
}

/** Stops the processes of an earlier run that was killed (`kill -9`) before it could stop them itself. */
export async function stopOrphans(dataDir: string, report: Report): Promise<void> {
  const orphans = findOrphans(dataDir);
  if (orphans.length === 0) return;
  const names = orphans.map((entry) => `${entry.name} (pid ${entry.process.pid})`).join(', ');
  report(`Stopping processes that an earlier run left behind: ${names} …`);
  await stopEntries(dataDir, orphans);
}

/** Erlang's name server, which RabbitMQ needs until it has ended. */
const isNameServer = ({ name }: RegistryEntry): boolean => name === 'epmd';
const isServer = ({ name }: RegistryEntry): boolean =>
  /^(rabbitmq|redis|nats|mysql|mongodb|postgresql|mail)(-log)?$/.test(name);
const isService = (entry: RegistryEntry): boolean => !isServer(entry) && !isNameServer(entry);
