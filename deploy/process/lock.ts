import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePrivateDir } from './private-files.ts';
import { type Identity, identify, isAlive } from './process-id.ts';

function holderOf(file: string): Identity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Identity;
  } catch {
    return undefined;
  }
}

export class Locked extends Error {
  readonly holder: Identity;

  constructor(file: string, holder: Identity) {
    super(`${file} is held by pid ${holder.pid}`);
    this.holder = holder;
  }
}

/** Takes a lock for one holder at a time. Takes over the lock of a dead process. Returns the release. @throws Locked */
export function takeLock(file: string): () => void {
  makePrivateDir(path.dirname(file));
  const me = identify(process.pid);
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        // link(2) is atomic: the lock file appears with its content, or not at all.
        linkSync(mine, file);
        return () => {
          if (holderOf(file)?.pid === process.pid) rmSync(file, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = holderOf(file);
      if (holder !== undefined && (isAlive(holder) || attempt > 20)) throw new Locked(file, holder);
      breakStale(file, `${mine}.stale`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function breakStale(file: string, aside: string): void {
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  // Two may find the same stale lock; the slower one must not take away what the faster one has just put there.
  const moved = holderOf(aside);
  if (moved !== undefined && isAlive(moved)) {
    try {
      linkSync(aside, file);
    } catch {}
  }
  rmSync(aside, { force: true });
}

export async function waitForLock(
  file: string,
  onWait: (holder: Identity) => void,
  signal: AbortSignal,
): Promise<() => void> {
  for (let told = false; ; ) {
    signal.throwIfAborted();
    try {
      return takeLock(file);
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      if (!told) onWait(error.holder);
      told = true;
    }
    await sleep(500, undefined, { signal });
  }
}
