import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { acquireLock, LockedError } from '../../services/shared/runtime/lock.ts';
import { aptInstall, canInstall } from '../process/apt.ts';
import { type Child, startChild } from '../process/child.ts';
import { unmountBelow } from '../process/mounts.ts';
import { stopOrphans } from '../process/orphans.ts';
import type { Report } from '../process/run.ts';
import { waitUntilReady } from '../process/wait-ready.ts';
import { which } from '../process/which.ts';
import {
  dockerAt,
  type Engine,
  type EngineOptions,
  engineHome,
  NoEngine,
  WITHOUT_BRIDGE,
} from './docker-client.ts';

const START_MS = 60_000;
/** Longer than the 15 s that dockerd gives its containers to stop. */
const STOP_MS = 30_000;

/** Starts a Docker engine that runs until stop(). Installs docker.io first if it is missing. Throws {@link NoEngine}. */
export async function startPrivateEngine(options: EngineOptions): Promise<Engine> {
  const { report, signal } = options;
  const { docker, dockerd } = await ensureDocker(options);
  const release = lockEngine();
  try {
    await stopOrphans(engineHome(), report);
    const host = `unix://${path.join(engineHome(), 'docker.sock')}`;
    const env = { ...process.env, DOCKER_HOST: host };
    const child = await startDockerd(dockerd, host);
    const stop = async (): Promise<void> => {
      if (child.running())
        await removeContainersAndNetworks({ docker, env }, report).catch((error: Error) =>
          report(error.message),
        );
      await child.stop();
      await unmountBelow(engineHome(), report);
      release();
    };
    try {
      const ask = dockerAt({ docker, env }, { report, signal });
      const answers = (): Promise<boolean> =>
        ask('Asking dockerd', ['version', '--format', 'ok'], 5_000).then(Boolean);
      await waitUntilReady(child, answers, { timeoutMs: START_MS, signal });
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

/** Returns the paths of docker and dockerd, after installing them if that is possible. Throws {@link NoEngine}. */
async function ensureDocker({ report, signal }: EngineOptions): Promise<{ docker: string; dockerd: string }> {
  if (which('dockerd') === undefined || which('docker') === undefined) {
    if (process.platform !== 'linux' || !canInstall())
      throw new NoEngine(
        'No Docker engine answers. Start one (Docker Desktop, or the package docker.io), or set DOCKER_HOST to the address of one. As root on Debian, one is installed and started for you.',
      );
    const services = ['docker.service', 'docker.socket', 'containerd.service'];
    await aptInstall(['docker.io'], services, report, signal);
  }
  const docker = which('docker');
  const dockerd = which('dockerd');
  if (docker === undefined || dockerd === undefined)
    throw new NoEngine('The package docker.io was installed, but it contains no dockerd.');
  if (process.getuid?.() !== 0)
    throw new NoEngine(
      'No Docker engine answers, and only root may start one. Start it, or set DOCKER_HOST to the address of one.',
    );
  return { docker, dockerd };
}

function startDockerd(dockerd: string, host: string): Promise<Child> {
  const home = engineHome();
  mkdirSync(path.join(home, 'exec'), { recursive: true, mode: 0o700 });
  return startChild({
    name: 'dockerd',
    command: dockerd,
    args: [
      ...['--host', host, '--pidfile', path.join(home, 'docker.pid')],
      ...['--data-root', path.join(home, 'data'), '--exec-root', path.join(home, 'exec')],
      // The engine does not change the network of this machine: it creates no default bridge, no firewall rules and no
      // forwarding. Published ports are served by a process, and builds use the network of this machine.
      ...['--bridge', 'none', '--iptables=false', '--ip6tables=false'],
      ...['--ip-forward=false', '--ip-masq=false'],
    ],
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    logFile: path.join(home, 'dockerd.log'),
    dataDir: home,
    graceMs: STOP_MS,
  });
}

/** Removes all containers, and all networks together with their bridges on this machine. Images and named volumes stay. */
async function removeContainersAndNetworks(
  engine: Pick<Engine, 'docker' | 'env'>,
  report: Report,
): Promise<void> {
  const call = dockerAt(engine, { report, signal: new AbortController().signal });
  const containers = (await call('Looking for containers', ['ps', '--all', '--quiet']))
    .split('\n')
    .filter(Boolean);
  if (containers.length > 0)
    await call('Removing containers', ['rm', '--force', '--volumes', ...containers], 5 * 60_000);
  await call('Removing networks', ['network', 'prune', '--force']);
}

function lockEngine(): () => void {
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
