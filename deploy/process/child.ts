import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog } from './log-file.ts';
import { hasGroup, type Identity, isAlive } from './process-id.ts';
import { type Entry, forget, record } from './registry.ts';

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  dataDir: string;
  /** The process keeps running after this one has ended (`npm run setup`). */
  keep?: boolean;
  /** The polite signal. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** From the polite signal to the one that cannot be refused, ms. */
  graceMs?: number;
}

/** How a process ended. Both are null where that cannot be known: it was started by another run. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** For a message: `code 1`, `SIGKILL`. */
export const describeExit = ({ code, signal }: Exit): string =>
  signal ?? (code === null ? 'ended' : `code ${code}`);

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  running(): boolean;
  stop(): Promise<void>;
}

export function signalProcess(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Sends the polite signal, SIGKILL after the grace period, and SIGKILL to what is left of the process group. */
export async function endProcess(
  target: Identity,
  graceMs: number,
  stopSignal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (isAlive(target)) signalProcess(target.pid, stopSignal);
  for (const end = performance.now() + graceMs; isAlive(target) && performance.now() < end; ) await sleep(50);
  if (hasGroup(target)) signalProcess(-target.pid, 'SIGKILL');
  for (const end = performance.now() + 5_000; isAlive(target) && performance.now() < end; ) await sleep(50);
}

/**
 * Starts a process in a session of its own, so that a Ctrl-C in the terminal does not reach it before its users are gone.
 * Its output goes straight to the file: it does not die of a broken pipe when we do.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, dataDir, logFile, graceMs = 10_000 } = options;
  const child = spawnLogged(options, openLog(logFile));
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new Error(`${name} could not be started (${options.command}): ${cause.message}`, { cause })),
    );
  });
  if (options.keep === true) child.unref();
  const pid = child.pid as number;
  // A process that ended already cannot be identified: it has nothing left to stop.
  const identity = record(dataDir, name, pid, options);
  let ended = false;
  void exited.then(() => {
    ended = true;
    // Its own children, such as ffmpeg, go with it. The number of a group cannot be reused while it has members.
    if (identity !== undefined && hasGroup(identity)) signalProcess(-pid, 'SIGKILL');
  });
  return {
    name,
    pid,
    logFile,
    exited,
    running: () => !ended,
    async stop() {
      if (!ended && identity !== undefined) await endProcess(identity, graceMs, options.stopSignal);
      forget(dataDir, name);
    },
  };
}

/** The descriptor is the child's: ours is closed, also when `spawn` throws, as it does for too long a command line. */
function spawnLogged({ command, args, cwd, env }: ChildOptions, log: number): ChildProcess {
  try {
    return spawn(command, args, { cwd, env, stdio: ['ignore', log, log], detached: true });
  } finally {
    closeSync(log);
  }
}

/** A process that another run started and left running. */
export function adopt(entry: Entry, logFile: string, dataDir: string, graceMs = 10_000): Child {
  const { pid } = entry.process;
  return {
    name: entry.name,
    pid,
    logFile,
    exited: (async () => {
      while (isAlive(entry.process)) await sleep(500, undefined, { ref: false });
      return { code: null, signal: null };
    })(),
    running: () => isAlive(entry.process),
    async stop() {
      await endProcess(entry.process, graceMs, entry.stopSignal);
      forget(dataDir, entry.name);
    },
  };
}
