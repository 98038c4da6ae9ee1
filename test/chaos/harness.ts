import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Launched, launch } from '../../deploy/local/launch.ts';
import type { ServerName } from '../../deploy/local/servers/servers.ts';
import type { Report } from '../../deploy/process/run.ts';
import { mountTmpfs, type Tmpfs } from '../support/tmpfs.ts';
import type { Gateway } from './load/user.ts';
import { mailSink } from './mail/mail-server.ts';

const SPOOL_MIB = 192;
const UP_MS = 120_000;

/** Short, so that what takes minutes happens within seconds; each within what the services allow. */
const env = {
  common: { SHUTDOWN_SECONDS: '15' },
  auth: { ACCESS_TOKEN_SECONDS: '60' },
  gateway: { SWEEP_SECONDS: '2', STALL_SECONDS: '12', KEEP_VIDEO_SECONDS: '10' },
  // It tells of second deliveries on this level alone.
  converter: { LEASE_SECONDS: '6', LOG_LEVEL: 'debug' },
  notification: { MAIL_STALL_SECONDS: '5' },
};
export const LEASE_SECONDS = Number(env.converter.LEASE_SECONDS);
export const STALL_SECONDS = Number(env.gateway.STALL_SECONDS);

/** A system with two gateways and two converters, whose processes can be hit by name. */
export interface Stage {
  launched: Launched;
  blobs: 'mongodb' | 'sqlite';
  dataDir: string;
  gateways: Gateway[];
  /** The spool of each converter, by its name. */
  spools: Record<string, string>;
  /** Those that can be filled; empty where nothing can be mounted. */
  disks: Record<string, Tmpfs>;
  /** Its process id as the launcher knows it at this moment; waits while it is down. */
  pidOf(target: string, signal: AbortSignal): Promise<number>;
  /** The same without waiting. */
  pidNow(target: string): number | undefined;
  stop(): Promise<void>;
}

export interface StageOptions {
  repoRoot: string;
  stateRoot: string;
  blobs: 'mongodb' | 'sqlite';
  consumerTimeoutMs?: number;
  accessTokenSeconds?: number;
  report: Report;
  signal: AbortSignal;
}

export async function setStage(options: StageOptions): Promise<Stage> {
  const { stateRoot, blobs, report } = options;
  const dataDir = join(stateRoot, '.data');
  const spools = Object.fromEntries(
    ['converter', 'converter-2'].map((name) => [name, join(stateRoot, 'spools', name)]),
  );
  const disks: Record<string, Tmpfs> = {};
  const unmountAll = () => Promise.all(Object.values(disks).map((disk) => disk.unmount()));
  let up = false;
  try {
    for (const [name, path] of Object.entries(spools)) {
      const disk = await mountTmpfs(path, SPOOL_MIB);
      if (disk) disks[name] = disk;
    }
    const launched = await launch({
      ...options,
      choice: { blobs },
      env: env.common,
      appEnv: {
        ...env,
        ...(options.accessTokenSeconds && {
          auth: { ACCESS_TOKEN_SECONDS: String(options.accessTokenSeconds) },
        }),
        ...Object.fromEntries(
          Object.entries(spools).map(([name, path]) => [name, { ...env.converter, SPOOL_DIR: path }]),
        ),
      },
      replicas: { gateway: 2, converter: 2 },
      superviseServers: true,
      mailServer: mailSink,
      // Falls are what this is about: a line for each would hide the rest.
      report: (line) => {
        if (up)
          appendFileSync(join(dataDir, 'logs', 'supervision.log'), `${new Date().toISOString()} ${line}\n`);
        else report(line);
      },
    });
    up = true;
    const { servers, system } = launched;
    const pidNow = (target: string): number | undefined => {
      const [name = '', sidecar] = target.split('.');
      const instance = system.instances[name];
      if (instance) return sidecar ? instance.sidecarPid : instance.appPid;
      return servers[name as ServerName]?.pid;
    };
    return {
      ...{ launched, blobs, dataDir, spools, disks, pidNow },
      gateways: Object.entries(system.instances)
        .filter(([name]) => name.startsWith('gateway'))
        .map(([name, { appPort }]) => ({ name, url: `http://127.0.0.1:${appPort}` })),
      async pidOf(target, stop) {
        for (const end = performance.now() + UP_MS; performance.now() < end; ) {
          const pid = pidNow(target);
          if (pid !== undefined) return pid;
          await sleep(100, undefined, { signal: stop });
        }
        throw new Error(
          `${target} was not started again within ${UP_MS / 1000} s. Its log is in ${system.logsDir}.`,
        );
      },
      async stop() {
        try {
          await launched.stop();
        } finally {
          await unmountAll();
        }
      },
    };
  } catch (error) {
    await unmountAll();
    throw error;
  }
}
