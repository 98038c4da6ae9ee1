import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivate } from './private-files.ts';
import { type Identity, identify, isAlive } from './process-id.ts';

/** What runs for a data folder, one file a process, so that the next start can find what a killed one left behind. */
export interface Entry {
  name: string;
  process: Identity;
  /** A Docker container is stopped by its id; its process belongs to Docker. */
  container?: string;
  /** Where it is not SIGTERM that asks it to end. */
  stopSignal?: NodeJS.Signals;
  /** The process that will stop it, or `setup` when it is meant to stay. */
  owner: Identity | 'setup';
}

const folder = (dataDir: string): string => path.join(dataDir, 'run');
const file = (dataDir: string, name: string): string => path.join(folder(dataDir), `${name}.json`);

export function record(
  dataDir: string,
  name: string,
  pid: number,
  options: Pick<Entry, 'container' | 'stopSignal'> & { keep?: boolean },
): Identity | undefined {
  const running = identify(pid);
  const owner = options.keep === true ? 'setup' : identify(process.pid);
  if (running === undefined || owner === undefined) return undefined;
  const entry: Entry = {
    name,
    process: running,
    owner,
    ...(options.container !== undefined && { container: options.container }),
    ...(options.stopSignal !== undefined && { stopSignal: options.stopSignal }),
  };
  writePrivate(file(dataDir, name), `${JSON.stringify(entry)}\n`);
  return running;
}

export function forget(dataDir: string, name: string): void {
  rmSync(file(dataDir, name), { force: true });
}

export function entries(dataDir: string): Entry[] {
  let names: string[];
  try {
    names = readdirSync(folder(dataDir)).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(path.join(folder(dataDir), name), 'utf8')) as Entry];
    } catch {
      return [];
    }
  });
}

/** The server that `npm run setup` left running under this name, if it still does. */
export function keptRunning(dataDir: string, name: string): Entry | undefined {
  return entries(dataDir).find(
    (entry) => entry.name === name && entry.owner === 'setup' && isAlive(entry.process),
  );
}

/** Entries whose owner was killed before it could stop them. */
export function orphans(dataDir: string): Entry[] {
  return entries(dataDir).filter((entry) =>
    entry.owner === 'setup' ? !isAlive(entry.process) : !isAlive(entry.owner),
  );
}
