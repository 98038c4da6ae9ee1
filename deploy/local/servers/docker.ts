import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { type Child, startChild } from '../../process/child.ts';
import { writePrivate } from '../../process/private-files.ts';
import { forget, record } from '../../process/registry.ts';
import { run } from '../../process/run.ts';
import { logOf, plainEnv, type ServerContext } from './context.ts';

export interface ContainerOptions {
  name: string;
  image: string;
  /** Ports on 127.0.0.1 and those inside. */
  ports: Record<number, number>;
  /** The folder inside that must survive a restart. */
  volume: string;
  /** Handed over in a file, never as arguments. */
  env: Record<string, string>;
  options?: string[];
  command?: string[];
}

/** The same container as seen from outside: its process is Docker's, and it is stopped by its id. */
export async function startContainer(context: ServerContext, options: ContainerOptions): Promise<Child> {
  const { dataDir, keep, signal } = context;
  const docker = context.tools.docker as string;
  const call = (what: string, args: string[], options: { timeoutMs: number; signal: AbortSignal }) =>
    run(docker, args, { what, report: console.log, env: plainEnv(), ...options });
  const envFile = path.join(dataDir, `${options.name}.docker.env`);
  writePrivate(
    envFile,
    Object.entries(options.env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  // The volume belongs to this data folder: two checkouts do not share a broker.
  const volume = `mp3converter-${options.name}-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  const published = Object.entries(options.ports).flatMap(([outside, inside]) => [
    '--publish',
    `127.0.0.1:${outside}:${inside}`,
  ]);
  const args = [
    'run',
    '--rm',
    '--detach',
    '--label',
    'mp3converter',
    '--env-file',
    envFile,
    '--volume',
    `${volume}:${options.volume}`,
  ];
  const id = await call(
    `Starting ${options.image} in Docker`,
    [...args, ...published, ...(options.options ?? []), options.image, ...(options.command ?? [])],
    { timeoutMs: 10 * 60_000, signal },
  )
    .then((said) => said.trim().split('\n').at(-1) as string)
    .finally(() => rmSync(envFile, { force: true }));
  const stopContainer = async (): Promise<void> => {
    // A signal of its own: `signal` is aborted when we are to stop what runs.
    const unaborted = { timeoutMs: 60_000, signal: new AbortController().signal };
    await call(`Stopping ${options.image}`, ['stop', '--time', '20', id], unaborted).catch(() => {});
  };
  try {
    const inspect = ['inspect', '--format', '{{.State.Pid}}', id];
    const pid = containerPid(
      options.image,
      await call('Looking at the container', inspect, { timeoutMs: 20_000, signal }),
    );
    // Its log follows it into our folder, and ends with it.
    const logFile = logOf(dataDir, options.name);
    const follower = await startChild({
      name: `${options.name}-log`,
      command: docker,
      args: ['logs', '--follow', id],
      cwd: dataDir,
      env: plainEnv(),
      logFile,
      dataDir,
      keep,
    });
    record(dataDir, options.name, pid, { keep, container: id });
    return {
      name: options.name,
      pid,
      logFile,
      exited: follower.exited,
      running: () => follower.running(),
      async stop() {
        await stopContainer();
        await follower.stop();
        forget(dataDir, options.name);
      },
    };
  } catch (error) {
    await stopContainer();
    throw error;
  }
}

/** The process id in the output of `docker inspect`, which is 0 for a container that has ended already. */
export function containerPid(image: string, output: string): number {
  const pid = /^\s*(\d+)\s*$/.exec(output)?.[1];
  if (pid === undefined || Number(pid) === 0) {
    throw new Error(
      `The container of ${image} has ended as soon as it was started (process id «${output.trim()}»).`,
    );
  }
  return Number(pid);
}
