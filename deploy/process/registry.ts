import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivate } from '../../services/shared/runtime/private-files.ts';
import { isAlive, type ProcessId, readProcessId } from '../../services/shared/runtime/process-id.ts';

/**
 * One process that runs for a data folder. Each has a file in `<dataDir>/run`, so that the next start finds the processes
 * that a killed run left behind.
 */
export interface RegistryEntry {
  name: string;
  process: ProcessId;
  /** The id of the Docker container that the process runs in, by which it is stopped. */
  container?: string;
  /** The signal that asks it to end, if that is not SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** The process that will stop it, or `setup` for a server that `npm run setup` keeps running. */
  owner: ProcessId | 'setup';
}

const folder = (dataDir: string): string => path.join(dataDir, 'run');
const file = (dataDir: string, name: string): string => path.join(folder(dataDir), `${name}.json`);

/** Registers a process that has just started. Returns undefined if it has ended already. */
export function register(
  dataDir: string,
  name: string,
  pid: number,
  options: Pick<RegistryEntry, 'container' | 'stopSignal'> & { keep?: boolean },
): ProcessId | undefined {
  const running = readProcessId(pid);
  const owner = options.keep === true ? 'setup' : readProcessId(process.pid);
  if (running === undefined || owner === undefined) return undefined;
  const entry: RegistryEntry = {
    name,
    process: running,
    owner,
    ...(options.container !== undefined && { container: options.container }),
    ...(options.stopSignal !== undefined && { stopSignal: options.stopSignal }),
  };
  writePrivate(file(dataDir, name), `${JSON.stringify(entry)}\n`);
  return running;
}

export function unregister(dataDir: string, name: string): void {
  rmSync(file(dataDir, name), { force: true });
}

export function readRegistry(dataDir: string): RegistryEntry[] {
  let names: string[];
  try {
    names = readdirSync(folder(dataDir)).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(path.join(folder(dataDir), name), 'utf8')) as RegistryEntry];
    } catch {
      return [];
    }
  });
}

/** The server that `npm run setup` left running under this name, if it still does. */
export function findKept(dataDir: string, name: string): RegistryEntry | undefined {
  return readRegistry(dataDir).find(
    (entry) => entry.name === name && entry.owner === 'setup' && isAlive(entry.process),
  );
}

/** Entries whose owner was killed before it could stop them. */
export function findOrphans(dataDir: string): RegistryEntry[] {
  return readRegistry(dataDir).filter((entry) =>
    entry.owner === 'setup' ? !isAlive(entry.process) : !isAlive(entry.owner),
  );
}
