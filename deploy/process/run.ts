import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { signalProcess } from './child.ts';

/** How far a task is, in texts of ours: no path, and no output of a program. */
export interface TaskProgress {
  /** Such as `Building daprd`. */
  what: string;
  /** Such as `40 %, 3 min left`. */
  detail: string;
}

/** Prints one line about the progress of a longer task. `task` says the same for other eyes than those at the terminal. */
export type Report = (line: string, task?: TaskProgress) => void;

export interface RunOptions {
  /** What the command does, for error messages and for the report every 15 s while it runs. */
  what: string;
  report: Report;
  signal: AbortSignal;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Describes the progress by the number of lines that the command has printed. */
  progress?: (lines: number) => string;
  /** Default: 30 minutes. */
  timeoutMs?: number;
  /** How many lines of its output are kept, from the end. Default: 2,000. */
  maxLines?: number;
  /** Text for its standard input. */
  input?: string;
}

const REPORT_MS = 15_000;
const GRACE_MS = 10_000;

/**
 * Runs a command and returns its output, standard output and standard error together, at most the last `maxLines`.
 * @throws with the last lines of the output if the command fails, and with the signal's reason if it is aborted
 */
export async function run(command: string, args: string[], options: RunOptions): Promise<string> {
  const { what, report, progress } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs ?? 30 * 60_000)]);
  signal.throwIfAborted();
  // In a process group of its own, so that the children of a compiler or an installer end with it.
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // A command that ends without reading its input fails with EPIPE here. Its exit status says more.
  child.stdin.once('error', () => {}).end(options.input);
  const ended = new Promise<string | undefined>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`${what}: ${command} could not be started: ${cause.message}`, { cause })),
    );
    child.once('close', (code, by) => resolve(code === 0 ? undefined : (by ?? `code ${code}`)));
  });
  const output = collectLines(child, options.maxLines ?? 2_000);
  const since = performance.now();
  const reporting = setInterval(() => {
    const elapsed = `${what} … ${Math.round((performance.now() - since) / 1000)} s`;
    if (progress === undefined) return report(elapsed);
    const detail = progress(output.count);
    report(`${elapsed}, ${detail}`, { what, detail });
  }, REPORT_MS);
  const stop = (): void => stopGroup(child);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const failure = await ended;
    signal.throwIfAborted();
    if (failure !== undefined)
      throw new Error(
        `${what} failed (${failure}). The last lines of the output of ${command}:\n${output.lines.slice(-20).join('\n')}`,
      );
    return output.lines.join('\n');
  } finally {
    clearInterval(reporting);
    signal.removeEventListener('abort', stop);
  }
}

/** Collects the last lines of the output, and counts all of them. */
function collectLines(
  { stdout, stderr }: ChildProcess,
  maxLines: number,
): { lines: string[]; count: number } {
  const output = { lines: [] as string[], count: 0 };
  for (const stream of [stdout, stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      output.count++;
      output.lines.push(line);
      if (output.lines.length > maxLines) output.lines.splice(0, Math.ceil(maxLines / 2));
    });
  }
  return output;
}

/** Sends SIGTERM to the process group, and SIGKILL after the grace period. */
function stopGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  signalProcess(-pid, 'SIGTERM');
  setTimeout(() => signalProcess(-pid, 'SIGKILL'), GRACE_MS).unref();
}
