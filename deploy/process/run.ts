import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { signalProcess } from './child.ts';

export type Report = (line: string) => void;

export interface RunOptions {
  /** What it is for, told every 15 s while it runs. */
  what: string;
  report: Report;
  signal: AbortSignal;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** A word on how far it is, from the lines seen. */
  progress?: (lines: number) => string;
  timeoutMs?: number;
  /** For its standard input. */
  input?: string;
}

/** Runs a command to its end and returns what it printed; its last lines are in the error if it fails. */
export async function run(command: string, args: string[], options: RunOptions): Promise<string> {
  const { what, report, progress } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs ?? 30 * 60_000)]);
  signal.throwIfAborted();
  // A group of its own: a compiler's or installer's children end with it.
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // One that ends before it has read all of it says why in another way.
  child.stdin.once('error', () => {}).end(options.input);
  const ended = new Promise<string | undefined>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`${what}: ${command} could not be started: ${cause.message}`, { cause })),
    );
    child.once('close', (code, by) => resolve(code === 0 ? undefined : (by ?? `code ${code}`)));
  });
  const lines: string[] = [];
  let count = 0;
  const collect = (from: Readable): void => {
    createInterface({ input: from }).on('line', (line) => {
      count++;
      lines.push(line);
      if (lines.length > 2_000) lines.splice(0, 1_000);
    });
  };
  collect(child.stdout);
  collect(child.stderr);

  const since = performance.now();
  const beat = setInterval(() => {
    report(
      `${what} … ${Math.round((performance.now() - since) / 1000)} s${progress === undefined ? '' : `, ${progress(count)}`}`,
    );
  }, 15_000);
  const stop = (): void => {
    if (child.pid === undefined) return;
    const group = -child.pid;
    signalProcess(group, 'SIGTERM');
    setTimeout(() => signalProcess(group, 'SIGKILL'), 10_000).unref();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const failure = await ended;
    signal.throwIfAborted();
    if (failure !== undefined)
      throw new Error(
        `${what} failed (${failure}). The end of what ${command} said:\n${lines.slice(-20).join('\n')}`,
      );
    return lines.join('\n');
  } finally {
    clearInterval(beat);
    signal.removeEventListener('abort', stop);
  }
}
