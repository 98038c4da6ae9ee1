import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivate } from '../../../services/shared/runtime/private-files.ts';
import { type Child, startChild } from '../../process/child.ts';
import { register, unregister } from '../../process/registry.ts';
import { run } from '../../process/run.ts';
import { logOf, plainEnv, type ServerContext } from './context.ts';

export interface ContainerOptions {
  name: string;
  image: string;
  /** Ports on 127.0.0.1, and the container's ports that they lead to. */
  ports: Record<number, number>;
  /** The folder in the container whose content survives a restart. */
  volume: string;
  /** Passed in a file, since other users of the machine can read arguments. */
  env: Record<string, string>;
  options?: string[];
  command?: string[];
}

/** Starts a container as a child: it is registered, its log goes to our folder, and stop() stops it by its id. */
export async function startContainer(context: ServerContext, options: ContainerOptions): Promise<Child> {
  const { dataDir, keep, signal } = context;
  const { name, image } = options;
  const id = await runDetached(context, options);
  const stopContainer = async (): Promise<void> => {
    // Not `signal`: it may be aborted already when a container has to be stopped.
    const unaborted = { timeoutMs: 60_000, signal: new AbortController().signal };
    await docker(context, `Stopping ${image}`, ['stop', '--time', '20', id], unaborted).catch(() => {});
  };
  try {
    const inspect = ['inspect', '--format', '{{.State.Pid}}', id];
    const output = await docker(context, 'Inspecting the container', inspect, { timeoutMs: 20_000, signal });
    const pid = containerPid(image, output);
    // This process copies the container's log to our folder and ends with the container.
    const follower = await startChild({
      name: `${name}-log`,
      command: context.tools.docker as string,
      args: ['logs', '--follow', id],
      cwd: dataDir,
      env: plainEnv(),
      logFile: logOf(dataDir, name),
      dataDir,
      keep,
    });
    register(dataDir, name, pid, { keep, container: id });
    return {
      name,
      pid,
      logFile: follower.logFile,
      exited: follower.exited,
      running: () => follower.running(),
      async stop() {
        await stopContainer();
        await follower.stop();
        unregister(dataDir, name);
      },
    };
  } catch (error) {
    await stopContainer();
    throw error;
  }
}

function docker(
  context: ServerContext,
  what: string,
  args: string[],
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<string> {
  const program = context.tools.docker as string;
  return run(program, args, { what, report: console.log, env: plainEnv(), ...options });
}

/** Calls `docker run --detach`. Returns the container's id. */
async function runDetached(context: ServerContext, options: ContainerOptions): Promise<string> {
  const { dataDir, signal } = context;
  const envFile = path.join(dataDir, `${options.name}.docker.env`);
  const lines = Object.entries(options.env).map(([name, value]) => `${name}=${value}\n`);
  writePrivate(envFile, lines.join(''));
  // The volume is named after the data folder, so that two checkouts do not share a server's data.
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const volume = `mp3converter-${options.name}-${digest}`;
  const args = [
    ...['run', '--rm', '--detach', '--label', 'mp3converter'],
    ...['--env-file', envFile],
    ...['--volume', `${volume}:${options.volume}`],
    ...Object.entries(options.ports).flatMap(([outside, inside]) => [
      '--publish',
      `127.0.0.1:${outside}:${inside}`,
    ]),
    ...(options.options ?? []),
    options.image,
    ...(options.command ?? []),
  ];
  try {
    const limits = { timeoutMs: 10 * 60_000, signal };
    const output = await docker(context, `Starting ${options.image} in Docker`, args, limits);
    return output.trim().split('\n').at(-1) as string;
  } finally {
    rmSync(envFile, { force: true });
  }
}

/** The process id in the output of `docker inspect`. Docker prints 0 for a container that has ended already. */
function containerPid(image: string, output: string): number {
  const pid = /^\s*(\d+)\s*$/.exec(output)?.[1];
  if (pid === undefined || Number(pid) === 0) {
    throw new Error(
      `The container of ${image} ended as soon as it was started (process id «${output.trim()}»).`,
    );
  }
  return Number(pid);
}
