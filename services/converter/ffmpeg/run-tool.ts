import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/**
 * Bounds of standard output in bytes, and of the lines for the log, because
 * a hostile file decides how much the tools print.
 */
const MAX_OUTPUT = 4 * 1024 * 1024;
const MAX_OUTPUT_LINE = 64 * 1024;
const TAIL_LINES = 20;
const TAIL_LINE_LENGTH = 500;

export interface ToolOptions {
  /** The private folder of the attempt. */
  folder: string;
  signal: AbortSignal;
  timeoutSeconds: number;
  /** Environment variables of the tool beside PATH. */
  env?: Record<string, string>;
  onLine?: (line: string) => void;
  /**
   * Returns what the result keeps of a line of standard error, or undefined for
   * nothing. By default, it keeps all lines except ffmpeg's progress.
   */
  keep?: (line: string) => string | undefined;
  onOutputLine?: (line: string) => void;
  /** What the tool reads from standard input. Without it, the tool has none. */
  input?: Readable;
  /** Gets what the tool writes to the file descriptor 3. It ends when the tool ends. */
  dataOutput?: Writable;
  /** Gets standard output as bytes, for output that is not UTF-8. */
  onOutput?: (bytes: Buffer) => void;
}

export interface ToolResult {
  /** Null when the tool was killed by `killedBy`. */
  code: number | null;
  killedBy: NodeJS.Signals | null;
  timedOut: boolean;
  /** Standard output. Empty where `onOutputLine` or `onOutput` gets it. */
  output: string;
  /** Whether the tool was killed because it printed more than `output` may hold. */
  isOutputTooLong: boolean;
  /** The last lines of standard error. They are only for the log. */
  stderr: string;
}

/**
 * Runs ffmpeg or ffprobe. The process has ended when this returns or throws. Of our environment the tool gets only PATH, so
 * that it sees no token. Throws the signal's reason when aborted.
 */
export async function runTool(
  path: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  const { folder, signal, timeoutSeconds, onLine, keep = dropProgress } = options;
  signal.throwIfAborted();
  const [command = path, ...prefix] = [...(await killWithParent()), path];
  signal.throwIfAborted();
  const child = spawn(command, [...prefix, ...args], {
    cwd: folder,
    env: { ...options.env, PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: [
      options.input ? 'pipe' : 'ignore',
      'pipe',
      'pipe',
      ...(options.dataOutput ? ['pipe' as const] : []),
    ],
    windowsHide: true,
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  const timeoutSignal = AbortSignal.timeout(timeoutSeconds * 1000);
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  timeoutSignal.addEventListener('abort', kill);
  try {
    let isOutputTooLong = false;
    const output = readOutput(child.stdout, options, () => {
      isOutputTooLong = true;
      kill();
    });
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
    connect(child, options);
    const results = [waitForClose(child), output, errors] as const;
    // Waits for all of them, because a second rejection would otherwise be unhandled and end this process.
    await Promise.allSettled(results);
    signal.throwIfAborted();
    const [[code, killedBy], text = ''] = await Promise.all(results);
    return {
      code,
      killedBy,
      timedOut: timeoutSignal.aborted,
      output: text,
      isOutputTooLong,
      stderr: tail.join('\n'),
    };
  } finally {
    signal.removeEventListener('abort', kill);
    timeoutSignal.removeEventListener('abort', kill);
  }
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
}

const dropProgress = (line: string) => (/\btime=/.test(line) ? undefined : line);

async function waitForClose(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
}

async function readOutput(
  stream: Readable,
  { onOutput, onOutputLine }: ToolOptions,
  onTooMuch: () => void,
): Promise<string | undefined> {
  if (onOutputLine) return eachOutputLine(stream, onOutputLine);
  if (!onOutput) return collect(stream, onTooMuch);
  for await (const bytes of stream) onOutput(bytes as Buffer);
  return undefined;
}

async function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<undefined> {
  for await (const line of createInterface({ input: stream })) onLine(line);
}

/** Splits many short lines, in a tenth of the time that `readline` takes. The end of a line that is far too long is lost. */
async function eachOutputLine(stream: Readable, onLine: (line: string) => void): Promise<undefined> {
  let rest = '';
  for await (const part of stream) {
    const lines = (rest + (part as Buffer).toString('latin1')).split('\n');
    rest = lines.pop()?.slice(0, MAX_OUTPUT_LINE) ?? '';
    for (const line of lines) onLine(line);
  }
  if (rest !== '') onLine(rest);
}

async function collect(stream: NodeJS.ReadableStream, onTooMuch: () => void): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > MAX_OUTPUT) onTooMuch();
    else parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}

const SETPRIV = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;
let commandPrefix: Promise<readonly string[]> | undefined;

/**
 * Returns a command prefix with which the kernel kills a tool when this process is killed. It is empty where `setpriv` is
 * missing, as it is outside Linux: the tool then runs to its end.
 */
function killWithParent(): Promise<readonly string[]> {
  const [command, ...args] = SETPRIV;
  commandPrefix ??= promisify(execFile)(command, [...args, 'true'])
    .then(() => SETPRIV)
    .catch(() => []);
  return commandPrefix;
}

/** Returns the version of ffmpeg or ffprobe, such as `5.1.9-0+deb12u1`. Throws when the tool cannot be run. */
export async function requireTool(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-version'], { timeout: 30_000 });
    return /^\S+ version (\S{1,100})/.exec(stdout)?.[1] ?? 'unknown';
  } catch (cause) {
    throw new Error(`${path} cannot be run; it is part of ffmpeg`, { cause });
  }
}
