import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Bounds, because a hostile file decides how much the tools print: bytes of standard output, and the lines for the log. */
const MAX_OUTPUT = 4 * 1024 * 1024;
const TAIL_LINES = 20;
const TAIL_LINE_LENGTH = 500;

export interface ToolOptions {
  /** The private folder of the attempt. */
  folder: string;
  signal: AbortSignal;
  timeoutSeconds: number;
  /** What the tool finds in its environment beside PATH. */
  env?: Record<string, string>;
  onLine?: (line: string) => void;
  /** What of a line of standard error the result holds; undefined for nothing. By default it is the line itself. */
  keep?: (line: string) => string | undefined;
  onOutputLine?: (line: string) => void;
}

export interface ToolResult {
  /** Null when the tool was killed by `killedBy`. */
  code: number | null;
  killedBy: NodeJS.Signals | null;
  timedOut: boolean;
  /** Standard output, unless `onOutputLine` took it. */
  output: string;
  /** The last lines of standard error: for the log alone. */
  stderr: string;
}

/**
 * Runs ffmpeg or ffprobe to its end: when this returns or throws, the process is gone.
 * It gets no environment of ours but PATH, so no token, and no standard input.
 * Throws the signal's reason when aborted.
 */
export async function runTool(
  path: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  const { folder, signal, timeoutSeconds, onLine, onOutputLine, keep = withoutTimes } = options;
  signal.throwIfAborted();
  const [command = path, ...leash] = [...(await leashed()), path];
  signal.throwIfAborted();
  const child = spawn(command, [...leash, ...args], {
    cwd: folder,
    env: { ...options.env, PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  timeout.addEventListener('abort', kill);
  try {
    const output = onOutputLine ? eachLine(child.stdout, onOutputLine) : collect(child.stdout, kill);
    const tail: string[] = [];
    const errors = eachLine(child.stderr, (line) => {
      onLine?.(line);
      const kept = keep(line);
      if (!kept) return;
      tail.push(kept.slice(0, TAIL_LINE_LENGTH));
      if (tail.length > TAIL_LINES) tail.shift();
    });
    output.catch(kill);
    errors.catch(kill);
    const ends = [closed(child), output, errors] as const;
    // Waits for all: a second rejection would otherwise be unhandled and end this process.
    await Promise.allSettled(ends);
    signal.throwIfAborted();
    const [[code, killedBy], said = ''] = await Promise.all(ends);
    return {
      code,
      killedBy,
      timedOut: timeout.aborted,
      output: said,
      stderr: tail.join('\n'),
    };
  } finally {
    signal.removeEventListener('abort', kill);
    timeout.removeEventListener('abort', kill);
  }
}

const withoutTimes = (line: string) => (/\btime=/.test(line) ? undefined : line);

async function closed(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
}

async function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): Promise<undefined> {
  for await (const line of createInterface({ input: stream })) take(line);
}

async function collect(stream: NodeJS.ReadableStream, tooMuch: () => void): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > MAX_OUTPUT) tooMuch();
    else parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}

let leash: Promise<string[]> | undefined;

/** On Linux the kernel itself ends ffmpeg when this process is killed; elsewhere ffmpeg then runs to its end. */
function leashed(): Promise<string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--'];
  leash ??= promisify(execFile)('setpriv', ['--pdeathsig', 'KILL', '--', 'true'])
    .then(() => prefix)
    .catch(() => []);
  return leash;
}

/** Throws unless the tool can be run. */
export async function requireTool(path: string): Promise<void> {
  try {
    await promisify(execFile)(path, ['-version'], { timeout: 30_000 });
  } catch (cause) {
    throw new Error(`${path} cannot be run; it is part of ffmpeg`, { cause });
  }
}
