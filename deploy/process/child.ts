import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { poll } from '../../services/shared/runtime/poll.ts';
import { hasGroupMembers, isAlive, type ProcessId } from '../../services/shared/runtime/process-id.ts';
import { openLog } from './log-file.ts';
import { type RegistryEntry, register, unregister } from './registry.ts';

export interface ChildOptions {
  /** Its name in the registry and in messages. */
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  dataDir: string;
  /** The descriptor of a socket that the process inherits, as its descriptor INHERITED_FD. */
  socket?: number | undefined;
  /** The process keeps running after this one has ended (`npm run setup`). Default false. */
  keep?: boolean;
  /** The signal that asks it to end. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** The time between the stop signal and SIGKILL, ms. Default: 10 s. */
  graceMs?: number;
}

/** The first descriptor after those of input, output and errors. */
export const INHERITED_FD = 3;

/** How a process ended. Both are null when another run started the process, since only a parent learns the exit code. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The exit as text for a message: `code 1`, `SIGKILL`. */
export const describeExit = ({ code, signal }: Exit): string =>
  signal ?? (code === null ? 'ended' : `code ${code}`);

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  running(): boolean;
  stop(): Promise<void>;
}

/** Sends a signal to a process, or to a process group if the number is negative. Does nothing if it has ended. */
export function signalProcess(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Sends the stop signal, then SIGKILL to the process group after `graceMs`, also to members that outlive the leader. */
export async function stopProcess(
  target: ProcessId,
  graceMs: number,
  stopSignal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  const ended = () => !isAlive(target) || undefined;
  if (isAlive(target)) signalProcess(target.pid, stopSignal);
  await poll(ended, { intervalMs: 50, timeoutMs: graceMs });
  if (hasGroupMembers(target)) signalProcess(-target.pid, 'SIGKILL');
  await poll(ended, { intervalMs: 50, timeoutMs: 5_000 });
}

/**
 * Starts a process in a session of its own, so that Ctrl-C in the terminal does not end a server before the services
 * that use it. It writes to its log file directly, so that it does not die of a broken pipe when this process ends.
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
  // Undefined if the process has ended already. Then there is nothing to stop.
  const processId = register(dataDir, name, pid, options);
  let ended = false;
  void exited.then(() => {
    ended = true;
    // Ends the children that it left, such as ffmpeg. The number of a group is not reused while the group has members.
    if (processId !== undefined && hasGroupMembers(processId)) signalProcess(-pid, 'SIGKILL');
  });
  return {
    name,
    pid,
    logFile,
    exited,
    running: () => !ended,
    async stop() {
      if (!ended && processId !== undefined) await stopProcess(processId, graceMs, options.stopSignal);
      unregister(dataDir, name);
    },
  };
}

/** Closes our copy of the descriptor, also when `spawn` throws, as it does when the command line is too long. */
function spawnLogged({ command, args, cwd, env, socket }: ChildOptions, log: number): ChildProcess {
  const inherited = socket === undefined ? [] : [socket];
  try {
    return spawn(command, args, { cwd, env, stdio: ['ignore', log, log, ...inherited], detached: true });
  } finally {
    closeSync(log);
  }
}

/** Wraps a process that another run started and left running. */
export function adoptChild(entry: RegistryEntry, logFile: string, dataDir: string, graceMs = 10_000): Child {
  const ended = () => !isAlive(entry.process) || undefined;
  return {
    name: entry.name,
    pid: entry.process.pid,
    logFile,
    exited: poll(ended, { intervalMs: 500, ref: false }).then(() => ({ code: null, signal: null })),
    running: () => isAlive(entry.process),
    async stop() {
      await stopProcess(entry.process, graceMs, entry.stopSignal);
      unregister(dataDir, entry.name);
    },
  };
}
