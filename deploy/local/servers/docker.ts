import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivate } from '../private-files.ts';
import { type Child, startChild } from '../processes/child.ts';
import { forget, record } from '../processes/ledger.ts';
import { run } from '../processes/run.ts';
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
  const call = (what: string, args: string[], timeoutMs: number): Promise<string> =>
    run(docker, args, {
      what,
      report: console.log,
      signal: what.startsWith('Stopping') ? new AbortController().signal : signal,
      env: plainEnv(),
      timeoutMs,
    });
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
    10 * 60_000,
  )
    .then((said) => said.trim().split('\n').at(-1) as string)
    .finally(() => rmSync(envFile, { force: true }));
  const stopContainer = async (): Promise<void> => {
    await call(`Stopping ${options.image}`, ['stop', '--time', '20', id], 60_000).catch(() => {});
  };
  try {
    const pid = Number(
      await call('Looking at the container', ['inspect', '--format', '{{.State.Pid}}', id], 20_000),
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
