/**
 * Process 1 of a pod in development: runs the program that its arguments name, and restarts it on SIGHUP, which Tilt sends
 * once all saved files are in the container. development.star passes this file's text to `node --eval`.
 *
 * `node --watch` does not work here: tar replaces files, and Node 24 keeps watching the replaced file, so that it sees only the
 * first change of each. Nor does it watch files that are read without an import, such as migrations.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** How long a restart waits for a running conversion or upload before it kills the program, which is always safe in this system. */
const STOP_MS = 1_000;
/** Delay before the restart of a program that ended by itself, for example because a server was not ready. */
const RESTART_DELAY_MS = 2_000;

const [command = 'node', ...args] = process.argv.slice(1);
let child: ChildProcess | undefined;
let delayedStart: NodeJS.Timeout | undefined;
let restartRequested = false;
let stopping: NodeJS.Signals | undefined;

function start(): void {
  restartRequested = false;
  // In a process group of its own, so that its ffmpeg can be killed with it.
  child = spawn(command, args, { stdio: 'inherit', detached: true });
  child.once('error', handleEnd);
  child.once('exit', handleEnd);
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}

function handleEnd(cause: Error | number | null): void {
  if (child === undefined) return;
  killGroup(child);
  child = undefined;
  if (stopping !== undefined) process.exit(typeof cause === 'number' ? cause : 1);
  if (restartRequested) {
    start();
    return;
  }
  const how = cause instanceof Error ? cause.message : `code ${cause}`;
  console.error(
    `${command} ended (${how}); it restarts in ${RESTART_DELAY_MS / 1000} s, or at the next save`,
  );
  delayedStart = setTimeout(start, RESTART_DELAY_MS);
}

process.on('SIGHUP', () => {
  if (restartRequested || stopping !== undefined) return;
  clearTimeout(delayedStart);
  restartRequested = true;
  const running = child;
  if (running === undefined) {
    start();
    return;
  }
  running.kill('SIGTERM');
  const timeout = setTimeout(() => killGroup(running), STOP_MS);
  running.once('exit', () => clearTimeout(timeout));
});

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    stopping = signal;
    clearTimeout(delayedStart);
    if (child === undefined) process.exit(0);
    child.kill(signal);
  });

start();
