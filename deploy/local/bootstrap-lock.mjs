// The lock of bootstrap.mjs. Plain JavaScript without packages: it runs on Node 18 before the npm packages are installed.
// Everything else uses services/shared/runtime/lock.ts, which works in the same way and can also tell a process from a later one
// with the same pid.
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Returns undefined if it acquired the lock file, else the pid of the process that holds it or is about to take it over. */
export function tryLock(file) {
  for (;;) {
    if (create(file)) return undefined;
    const holder = readPid(file);
    if (holder !== undefined && isAlive(holder)) return holder;
    // Two processes may find the same stale lock, and the slower one must not remove the lock that the faster one has
    // acquired since. So a stale lock is read and removed under a second lock, which may be taken over in the same way.
    const remover = tryLock(`${file}.removal`);
    if (remover !== undefined) return remover;
    try {
      const stale = readPid(file);
      if (stale !== undefined && !isAlive(stale)) rmSync(file, { force: true });
    } finally {
      unlock(`${file}.removal`);
    }
  }
}

/** Removes the lock file if this process holds it. */
export function unlock(file) {
  if (readPid(file) === process.pid) rmSync(file, { force: true });
}

/** link(2) is atomic: the lock file appears with its content, or not at all. */
function create(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** The pid in the lock file, 0 if a power failure has emptied the file, undefined if there is no file. */
function readPid(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Our own pid in a lock that we do not hold is that of an earlier process, for example in a container that restarted. */
function isAlive(pid) {
  if (pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
