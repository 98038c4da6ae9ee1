import { execFile } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Machine {
  /** Those on which the benchmark may run. */
  cores: number;
  cpu: string;
  memoryBytes: number;
  kernel: string;
  node: string;
  ffmpeg: string;
}

export const describeMachine = async (signal: AbortSignal): Promise<Machine> => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryBytes: totalmem(),
  kernel: `${type()} ${release()}`,
  node: process.version,
  ffmpeg: await ffmpegVersion('ffmpeg', signal),
});

/** `5.1.9-0+deb12u1` */
export async function ffmpegVersion(program: string, signal: AbortSignal): Promise<string> {
  const { stdout } = await run(program, ['-version'], { signal });
  return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'of an unknown version';
}

/** The commit of the checkout, with `, changed` if files differ from it. Undefined where git does not know. */
export async function commitOf(repoRoot: string, signal: AbortSignal): Promise<string | undefined> {
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['-C', repoRoot, ...args], { signal })).stdout.trim();
  try {
    const commit = await git('rev-parse', 'HEAD');
    return (await git('status', '--porcelain')) === '' ? commit : `${commit}, changed`;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/**
 * Keeps this process, and all that it starts from now on, on the first `count` cores.
 * @throws where taskset is missing or there are fewer cores
 */
export async function useCores(count: number): Promise<void> {
  const list = count === 1 ? '0' : `0-${count - 1}`;
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', list, String(process.pid)]);
  if (availableParallelism() !== count)
    throw new Error(`--cores is ${count}, but this process may use ${availableParallelism()} of them.`);
}
