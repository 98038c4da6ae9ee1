import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SandboxFailure } from '../failure.ts';
import type { Limits, Tool } from '../sandbox/sandbox.ts';
import { readEnd, sandboxFailure, type ToolEnd } from '../sandbox/tool-end.ts';
import { readReusingMemory } from './read-reusing-memory.ts';
import { type OutputReaders, readErrors, readOutput } from './tool-output.ts';

/** Windows has no process groups. */
const IS_POSIX = process.platform !== 'win32';

export interface ToolOptions extends OutputReaders {
  /** The private folder of the attempt, which the tool may read. */
  folder: string;
  /** Names of the files in it that the tool may write, of {@link Limits.fileBytes} each. They are made anew, and empty. */
  writes?: readonly string[];
  signal: AbortSignal;
  timeoutSeconds: number;
  /** What the kernel allows the tool. Where it is missing, there are the limits that fit every run. */
  limits?: Limits;
  /** Environment variables of the tool beside PATH. */
  env?: Record<string, string>;
  onLine?: (line: string) => void;
  /**
   * Returns what the result keeps of a line of standard error, or undefined for
   * nothing. By default, it keeps all lines except ffmpeg's progress.
   */
  keep?: (line: string) => string | undefined;
  /** Bytes of standard error, above which the tool is killed. */
  maxErrorBytes?: number;
  /** What the tool reads from standard input. Without it, the tool has none. */
  input?: Readable;
  /** Gets what the tool writes to the file descriptor 3. It ends when the tool ends. */
  dataOutput?: Writable;
  /** Gets the same, piece by piece. Each piece overwrites the one before. It cannot be combined with `dataOutput`. */
  onData?: (bytes: Uint8Array) => void;
}

export interface ToolResult extends ToolEnd {
  timedOut: boolean;
  /** Standard output. Empty where `onOutputLine` or `onOutput` gets it. */
  output: string;
  /** Whether the tool was killed because it printed more than `output`, or standard error, may hold. */
  isOutputTooLong: boolean;
  /** The last lines of standard error. They are only for the log. */
  stderr: string;
}

/**
 * Runs ffmpeg or ffprobe. The process has ended when this returns or throws. Of our environment the tool gets only PATH, so
 * that it sees no token. Throws the signal's reason when aborted, and {@link SandboxFailure} when the sandbox could not start the tool.
 */
export async function runTool(
  { path, sandbox }: Tool,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  const { folder, writes = [], signal, timeoutSeconds, onLine, keep = dropProgress } = options;
  signal.throwIfAborted();
  const limits = { cpuSeconds: timeoutSeconds, ...options.limits };
  for (const name of writes) await writeFile(join(folder, name), '', { mode: 0o600 });
  const [command, ...rest] = await sandbox.commandLine(path, args, { folder, writes, limits });
  signal.throwIfAborted();
  const child = spawn(command, rest, {
    cwd: folder,
    env: { ...options.env, PATH: process.env.PATH, LC_ALL: 'C', MALLOC_ARENA_MAX: '4' },
    stdio: [
      options.input ? 'pipe' : 'ignore',
      'pipe',
      'pipe',
      options.dataOutput || options.onData ? 'pipe' : 'ignore',
      // The lifeline of the tool (sandbox/launcher/converter.go). The kernel closes our end when this process ends.
      'pipe',
    ],
    windowsHide: true,
    // A process group of its own, which is killed as a whole: bwrap arranges only late that its children die with it.
    detached: IS_POSIX,
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  const timeoutSignal = AbortSignal.timeout(timeoutSeconds * 1000);
  const kill = () => killGroup(child);
  signal.addEventListener('abort', kill);
  timeoutSignal.addEventListener('abort', kill);
  try {
    let isOutputTooLong = false;
    const endPrinting = () => {
      isOutputTooLong = true;
      kill();
    };
    const output = readOutput(child.stdout, options, endPrinting);
    let firstError: string | undefined;
    const readLine = (line: string): void => {
      firstError ??= line;
      onLine?.(line);
    };
    const errorReaders = { onLine: readLine, keep, maxBytes: options.maxErrorBytes };
    const errors = readErrors(child.stderr, errorReaders, endPrinting);
    const data = readData(child, options);
    connect(child, options);
    output.catch(kill);
    errors.catch(kill);
    data.catch(kill);
    const results = [waitForClose(child), output, errors, data] as const;
    // Waits for all of them, because a second rejection would otherwise be unhandled and end this process.
    await Promise.allSettled(results);
    signal.throwIfAborted();
    const [[code, killedBy], text = '', stderr] = await Promise.all(results);
    const failure = sandboxFailure(sandbox, code, firstError ?? '');
    if (failure !== undefined) throw new SandboxFailure(`the sandbox could not start ${path}: ${failure}`);
    return {
      ...readEnd(sandbox, code, killedBy),
      timedOut: timeoutSignal.aborted,
      output: text,
      isOutputTooLong,
      stderr,
    };
  } finally {
    signal.removeEventListener('abort', kill);
    timeoutSignal.removeEventListener('abort', kill);
  }
}

/** Reads what a tool writes to the file descriptor 3, where somebody wants the pieces. A process that was not started has none. */
async function readData(child: ChildProcess, { onData }: Pick<ToolOptions, 'onData'>): Promise<void> {
  const pipe = child.stdio?.[3];
  if (onData && pipe instanceof Socket) await readReusingMemory(pipe, onData);
}

/** Connects the data streams of a tool. A tool that ends early closes them, and its exit code says whether that is a fault. */
function connect(
  child: ChildProcess,
  { input, dataOutput }: Pick<ToolOptions, 'input' | 'dataOutput'>,
): void {
  const ignore = () => undefined;
  if (input && child.stdin) pipeline(input, child.stdin).catch(ignore);
  // A process that was not started has no streams at all.
  const data = dataOutput && child.stdio?.[3];
  if (dataOutput && data instanceof Readable) pipeline(data, dataOutput).catch(ignore);
  const lifeline = child.stdio?.[4];
  if (lifeline instanceof Readable) lifeline.on('error', ignore).resume();
}

/** Kills everything that a tool consists of. Nothing in a sandbox can leave its group. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(IS_POSIX ? -child.pid : child.pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

const dropProgress = (line: string) => (/\btime=/.test(line) ? undefined : line);

async function waitForClose(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
}
