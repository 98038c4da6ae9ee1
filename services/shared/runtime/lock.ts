import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { poll } from './poll.ts';
import { makePrivateDir, readIfThere } from './private-files.ts';
import { isAlive, type ProcessId, readProcessId } from './process-id.ts';

/** Another process that is alive holds the lock. */
export class LockedError extends Error {
  readonly holder: ProcessId;

  constructor(file: string, holder: ProcessId) {
    super(`${file} is held by pid ${holder.pid}`);
    this.holder = holder;
  }
}

/**
 * Acquires a lock file, which one process at a time can hold. Takes over the lock of a process that has died.
 * Returns the function that releases it.
 * @throws LockedError
 */
export function acquireLock(file: string): () => void {
  makePrivateDir(path.dirname(file));
  for (;;) {
    if (createLock(file)) {
      return () => {
        if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
      };
    }
    const holder = readHolder(file);
    if (holder !== undefined && isAlive(holder)) throw new LockedError(file, holder);
    removeStaleLock(file);
  }
}

/** Polls twice a second until the lock is acquired. Calls `onWait` once if another process holds it at first. */
export async function waitForLock(
  file: string,
  onWait: (holder: ProcessId) => void,
  signal: AbortSignal,
): Promise<() => void> {
  let hasWaited = false;
  const tryAcquire = (): (() => void) | undefined => {
    try {
      return acquireLock(file);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (!hasWaited) onWait(error.holder);
      hasWaited = true;
      return undefined;
    }
  };
  return (await poll(tryAcquire, { intervalMs: 500, signal })) as () => void;
}

/** Returns false if the lock file exists. link(2) is atomic: the lock file appears with its content, or not at all. */
function createLock(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify(readProcessId(process.pid)), { mode: 0o600 });
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Removes the lock of a dead process. Two processes may find the same stale lock, and the slower one must not remove the
 * lock that the faster one has acquired since. So a stale lock is read and removed under a second lock. That one may
 * become stale in the same way; acquiring it then takes a third, and so on.
 * @throws LockedError while another process is taking the lock over
 */
function removeStaleLock(file: string): void {
  const release = acquireLock(`${file}.removal`);
  try {
    if (readIfThere(file) === undefined) return;
    const holder = readHolder(file);
    if (holder === undefined || !isAlive(holder)) rmSync(file, { force: true });
  } finally {
    release();
  }
}

/** Undefined if there is no lock, or if a power failure has left it without its content. */
function readHolder(file: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
}
