/**
 * Runs the program that its arguments name, and starts it anew at SIGHUP: what Tilt sends once all files of a save are in
 * the container. The first process of a pod under development; development.star hands this text to `node --eval`.
 *
 * Not `node --watch`: tar puts a new file in the place of the old one, and Node 24 goes on watching the old one, so that
 * only the first change of a file is ever seen. And it would not see what is read without an import, as migrations are.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** What holds a conversion or an upload is not waited for: this system bears a `kill -9` at any moment. */
const PATIENCE_MS = 1_000;
/** Between the ends of a program that does not stay, for want of a server, say, and its next start. */
const PAUSE_MS = 2_000;

const [command = 'node', ...args] = process.argv.slice(1);
let child: ChildProcess | undefined;
let pause: NodeJS.Timeout | undefined;
let wanted = false;
let stopping: NodeJS.Signals | undefined;

function start(): void {
  wanted = false;
  // A group of its own, so that its ffmpeg does not outlive it.
  child = spawn(command, args, { stdio: 'inherit', detached: true });
  child.once('error', ended);
  child.once('exit', ended);
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

function ended(cause: Error | number | null): void {
  if (child === undefined) return;
  killGroup(child);
  child = undefined;
  if (stopping !== undefined) process.exit(typeof cause === 'number' ? cause : 1);
  if (wanted) {
    start();
    return;
  }
  const how = cause instanceof Error ? cause.message : `code ${cause}`;
  console.error(`${command} ended (${how}); it starts again in ${PAUSE_MS / 1000} s, or at the next save`);
  pause = setTimeout(start, PAUSE_MS);
}

process.on('SIGHUP', () => {
  if (wanted || stopping !== undefined) return;
  clearTimeout(pause);
  wanted = true;
  const running = child;
  if (running === undefined) {
    start();
    return;
  }
  running.kill('SIGTERM');
  const late = setTimeout(() => killGroup(running), PATIENCE_MS);
  running.once('exit', () => clearTimeout(late));
});

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    stopping = signal;
    clearTimeout(pause);
    if (child === undefined) process.exit(0);
    child.kill(signal);
  });

start();
