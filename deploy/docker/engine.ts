import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { aptInstall, canInstall } from '../process/apt.ts';
import { cacheDir } from '../process/cache-dir.ts';
import { startChild } from '../process/child.ts';
import { acquireLock, LockedError } from '../process/lock.ts';
import { unmountBelow } from '../process/mounts.ts';
import { stopOrphans } from '../process/orphans.ts';
import { type Report, run } from '../process/run.ts';
import { waitUntilReady } from '../process/wait-ready.ts';
import { which } from '../process/which.ts';

/** A Docker engine, and the command line that reaches it. */
export interface Engine {
  readonly docker: string;
  /** `unix://…` or `tcp://…` */
  readonly host: string;
  /** The environment in which docker, Compose and testcontainers find this engine. */
  readonly env: NodeJS.ProcessEnv;
  /** Started for us; images outlive it, everything else ends with it. */
  readonly isPrivate: boolean;
  /** What a build needs to reach package registries. */
  readonly buildArgs: readonly string[];
  stop(): Promise<void>;
}

export interface EngineOptions {
  report: Report;
  signal: AbortSignal;
}

/** There is none, and none can be started. */
export class NoEngine extends Error {}

const WITHOUT_BRIDGE = ['--network', 'host'];
const START_MS = 60_000;
/** Longer than dockerd gives its containers, 15 s. */
const STOP_MS = 30_000;
/** Where the private engine keeps its images, and where it is told of while it runs. */
export const engineHome = (): string => path.join(cacheDir(), 'docker');

/** Calls docker to its end; see run(). */
export const dockerAt =
  (engine: Pick<Engine, 'docker' | 'env'>, { report, signal }: EngineOptions) =>
  (what: string, args: string[], timeoutMs = 60_000, progress?: (lines: number) => string): Promise<string> =>
    run(engine.docker, args, {
      what,
      report,
      signal,
      env: engine.env,
      timeoutMs,
      ...(progress === undefined ? {} : { progress }),
    });

/** The engine that runs here, else a private one until stop(). Throws {@link NoEngine}. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  return (await runningEngine(options)) ?? startPrivate(options);
}

/** The one that DOCKER_HOST or docker's current context names, if it answers. */
async function runningEngine(options: EngineOptions): Promise<Engine | undefined> {
  const docker = which('docker');
  if (docker === undefined) return undefined;
  const call = dockerAt({ docker, env: process.env }, options);
  const answers = await call('Asking Docker for its version', ['version', '--format', 'ok'], 10_000).then(
    () => true,
    () => false,
  );
  options.signal.throwIfAborted();
  if (!answers) {
    const { DOCKER_HOST } = process.env;
    // Whoever names an engine wants that one.
    if (DOCKER_HOST) throw new NoEngine(`DOCKER_HOST is ${DOCKER_HOST}, and no engine answers there.`);
    return undefined;
  }
  const inContext = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
  const host =
    process.env.DOCKER_HOST || (await call('Asking Docker for its address', inContext, 10_000)).trim();
  const buildArgs = await call('Asking Docker for its bridge', ['network', 'inspect', 'bridge'], 10_000).then(
    () => [],
    () => WITHOUT_BRIDGE,
  );
  const env = { ...process.env, DOCKER_HOST: host };
  return { docker, host, env, isPrivate: false, buildArgs, stop: async () => {} };
}

async function startPrivate({ report, signal }: EngineOptions): Promise<Engine> {
  if (which('dockerd') === undefined || which('docker') === undefined) {
    if (process.platform !== 'linux' || !canInstall())
      throw new NoEngine(
        'No Docker engine answers. Start one (Docker Desktop, or the package docker.io), or name one by DOCKER_HOST; as root on Debian one is installed and started for you.',
      );
    await aptInstall(
      ['docker.io'],
      ['docker.service', 'docker.socket', 'containerd.service'],
      report,
      signal,
    );
  }
  const docker = which('docker');
  const dockerd = which('dockerd');
  if (docker === undefined || dockerd === undefined)
    throw new NoEngine('docker.io is installed, and brought no dockerd.');
  if (process.getuid?.() !== 0)
    throw new NoEngine(
      'No Docker engine answers, and only root may start one. Start it, or name one by DOCKER_HOST.',
    );
  const release = claim();
  try {
    await stopOrphans(engineHome(), report);
    const host = `unix://${path.join(engineHome(), 'docker.sock')}`;
    mkdirSync(path.join(engineHome(), 'exec'), { recursive: true, mode: 0o700 });
    const child = await startChild({
      name: 'dockerd',
      command: dockerd,
      args: [
        ...['--host', host, '--pidfile', path.join(engineHome(), 'docker.pid')],
        ...['--data-root', path.join(engineHome(), 'data'), '--exec-root', path.join(engineHome(), 'exec')],
        // It leaves this machine's network alone: no bridge of its own but those of networks that are asked for, no firewall
        // rule, no forwarding. Ports are published by a process, and builds use the machine's network.
        ...['--bridge', 'none', '--iptables=false', '--ip6tables=false'],
        ...['--ip-forward=false', '--ip-masq=false'],
      ],
      cwd: engineHome(),
      env: { PATH: process.env.PATH, HOME: engineHome() },
      logFile: path.join(engineHome(), 'dockerd.log'),
      dataDir: engineHome(),
      graceMs: STOP_MS,
    });
    const env = { ...process.env, DOCKER_HOST: host };
    const stop = async (): Promise<void> => {
      if (child.running())
        await empty({ docker, env }, report).catch((error: Error) => report(error.message));
      await child.stop();
      await unmountBelow(engineHome(), report);
      release();
    };
    try {
      const ask = dockerAt({ docker, env }, { report, signal });
      await waitUntilReady(
        child,
        () => ask('Asking dockerd', ['version', '--format', 'ok'], 5_000).then(Boolean),
        {
          timeoutMs: START_MS,
          signal,
        },
      );
    } catch (error) {
      await stop();
      throw error;
    }
    report('Started a Docker engine for this run');
    return { docker, host, env, isPrivate: true, buildArgs: WITHOUT_BRIDGE, stop };
  } catch (error) {
    release();
    throw error;
  }
}

/** Everything but images and named volumes: containers, and networks with their bridges on this machine. */
async function empty(engine: Pick<Engine, 'docker' | 'env'>, report: Report): Promise<void> {
  const call = dockerAt(engine, { report, signal: new AbortController().signal });
  const containers = (await call('Looking for containers', ['ps', '--all', '--quiet']))
    .split('\n')
    .filter(Boolean);
  if (containers.length > 0)
    await call('Removing containers', ['rm', '--force', '--volumes', ...containers], 5 * 60_000);
  await call('Removing networks', ['network', 'prune', '--force']);
}

function claim(): () => void {
  try {
    return acquireLock(path.join(engineHome(), 'lock'));
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new NoEngine(
      `The private Docker engine is in use by another run (pid ${error.holder.pid}). Wait for it, or stop it with \`kill ${error.holder.pid}\`.`,
      { cause: error },
    );
  }
}
