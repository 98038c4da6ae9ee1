import { endProcess } from './child.ts';
import { type Entry, forget, orphans } from './registry.ts';
import { type Report, run } from './run.ts';
import { find } from './which.ts';

/** Stops what an entry of the ledger tells of; a number that now belongs to another process is left alone. */
export async function endEntry(dataDir: string, entry: Entry): Promise<void> {
  const docker = entry.container === undefined ? undefined : find('docker');
  if (entry.container !== undefined && docker !== undefined) {
    const options = {
      what: `Stopping container ${entry.container.slice(0, 12)}`,
      report: () => {},
      signal: new AbortController().signal,
      timeoutMs: 60_000,
    };
    await run(docker, ['stop', '--time', '20', entry.container], options).catch(() => {});
  } else await endProcess(entry.process, 10_000, entry.stopSignal);
  forget(dataDir, entry.name);
}

/** Stops what a start that was killed (`kill -9`) could not stop itself. */
export async function endLeftovers(dataDir: string, report: Report): Promise<void> {
  const left = orphans(dataDir);
  if (left.length === 0) return;
  report(
    `Stopping what an earlier run left behind: ${left.map((entry) => `${entry.name} (pid ${entry.process.pid})`).join(', ')} …`,
  );
  // Services first: they hand their work back while their servers still answer.
  const isServer = (entry: Entry): boolean =>
    /^(rabbitmq|epmd|redis|nats|mysql|mongodb|postgresql|mail)(-log)?$/.test(entry.name);
  await Promise.all(left.filter((entry) => !isServer(entry)).map((entry) => endEntry(dataDir, entry)));
  await Promise.all(
    left.filter((entry) => isServer(entry) && entry.name !== 'epmd').map((entry) => endEntry(dataDir, entry)),
  );
  await Promise.all(left.filter((entry) => entry.name === 'epmd').map((entry) => endEntry(dataDir, entry)));
}
