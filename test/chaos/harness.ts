import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Launched, launch } from '../../deploy/local/launch.ts';
import type { ServerName } from '../../deploy/local/servers/servers.ts';
import type { Report } from '../../deploy/process/run.ts';
import { mountTmpfs, type Tmpfs } from '../support/tmpfs.ts';
import { waitAtMost } from '../support/wait.ts';
import { readMongodb, readSqlite, type StoreContent } from '../verdict/store-content.ts';
import type { Gateway } from './load/user.ts';
import { mailSink } from './mail/mail-server.ts';

const SPOOL_MIB = 192;
const RESTART_MS = 120_000;

/** Short times, within what the services allow, so that what usually takes minutes happens within seconds. */
const ENV = {
  common: { SHUTDOWN_SECONDS: '15' },
  auth: { ACCESS_TOKEN_SECONDS: '60' },
  gateway: {
    ...{ SWEEP_SECONDS: '2', STALL_SECONDS: '12', KEEP_VIDEO_SECONDS: '10' },
    // A user who hangs up leaves an unfinished upload. The sweep has to delete it before the verdict.
    UPLOAD_EXPIRY_SECONDS: '60',
  },
  // The converter logs second deliveries only at this level.
  converter: { LEASE_SECONDS: '6', LOG_LEVEL: 'debug' },
  notification: { MAIL_STALL_SECONDS: '5' },
};
export const LEASE_SECONDS = Number(ENV.converter.LEASE_SECONDS);
export const STALL_SECONDS = Number(ENV.gateway.STALL_SECONDS);

/** A running system with two gateways and two converters, whose processes can be found by name. */
export interface Harness {
  launched: Launched;
  blobs: 'mongodb' | 'sqlite';
  dataDir: string;
  gateways: Gateway[];
  /** Path of the spool of each converter, by the converter's name. */
  spools: Record<string, string>;
  /** Spools that are small disks and can be filled, by the converter's name. Empty if nothing can be mounted. */
  disks: Record<string, Tmpfs>;
  /** The process id of a target such as `gateway-2`, `auth.daprd` or `rabbitmq`. Waits while the process is down. */
  waitForPid(target: string, signal: AbortSignal): Promise<number>;
  /** The process id, or undefined if the process is down. */
  pidOf(target: string): number | undefined;
  /** Reads the state store directly, and not through a sidecar. */
  readStore(): Promise<StoreContent>;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  repoRoot: string;
  stateRoot: string;
  blobs: 'mongodb' | 'sqlite';
  /** How long RabbitMQ waits for an acknowledgement, ms. */
  consumerTimeoutMs?: number;
  /** Whether the spools are small disks, which can be filled. A film of 1 GiB does not fit into them. */
  hasSmallDisks?: boolean;
  accessTokenSeconds?: number;
  report: Report;
  signal: AbortSignal;
}

export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const { stateRoot, blobs } = options;
  const dataDir = join(stateRoot, '.data');
  const spools = Object.fromEntries(
    ['converter', 'converter-2'].map((name) => [name, join(stateRoot, 'spools', name)]),
  );
  const disks: Record<string, Tmpfs> = {};
  const unmountAll = () => Promise.all(Object.values(disks).map((disk) => disk.unmount()));
  try {
    if (options.hasSmallDisks ?? true) await mountSpools(spools, disks);
    const launched = await launchSystem(options, spools, dataDir);
    return {
      ...{ launched, blobs, dataDir, spools, disks },
      gateways: gatewaysOf(launched),
      pidOf: (target) => pidOf(launched, target),
      waitForPid: (target, signal) => waitForPid(launched, target, signal),
      readStore: async () =>
        blobs === 'mongodb' ? readMongodb(launched.servers.mongodb?.url ?? '') : readSqlite(dataDir),
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

/** Adds each disk to `disks` as soon as it is mounted, so that the caller can unmount it whatever happens. */
async function mountSpools(spools: Record<string, string>, disks: Record<string, Tmpfs>): Promise<void> {
  for (const [name, path] of Object.entries(spools)) {
    const disk = await mountTmpfs(path, SPOOL_MIB);
    if (disk) disks[name] = disk;
  }
}

async function launchSystem(
  options: HarnessOptions,
  spools: Record<string, string>,
  dataDir: string,
): Promise<Launched> {
  const { accessTokenSeconds, report } = options;
  const auth = accessTokenSeconds ? { ACCESS_TOKEN_SECONDS: String(accessTokenSeconds) } : ENV.auth;
  const converters = Object.entries(spools).map(
    ([name, path]) => [name, { ...ENV.converter, SPOOL_DIR: path }] as const,
  );
  let isRunning = false;
  const launched = await launch({
    ...options,
    choice: { blobs: options.blobs },
    env: ENV.common,
    appEnv: { ...ENV, auth, ...Object.fromEntries(converters) },
    replicas: { gateway: 2, converter: 2 },
    superviseServers: true,
    mailServer: mailSink,
    // The experiment makes processes fail all the time. A line on the terminal for each would hide the rest.
    report(line) {
      if (!isRunning) return report(line);
      appendFileSync(join(dataDir, 'logs', 'supervision.log'), `${new Date().toISOString()} ${line}\n`);
    },
  });
  isRunning = true;
  return launched;
}

const gatewaysOf = ({ system }: Launched): Gateway[] =>
  Object.entries(system.instances)
    .filter(([name]) => name.startsWith('gateway'))
    .map(([name, { appPort }]) => ({ name, url: `http://127.0.0.1:${appPort}` }));

function pidOf({ servers, system }: Launched, target: string): number | undefined {
  const [name = '', sidecar] = target.split('.');
  const instance = system.instances[name];
  if (instance) return sidecar ? instance.sidecarPid : instance.appPid;
  return servers[name as ServerName]?.pid;
}

async function waitForPid(launched: Launched, target: string, signal: AbortSignal): Promise<number> {
  const pid = await waitAtMost(() => pidOf(launched, target), { timeoutMs: RESTART_MS, signal });
  if (pid !== undefined) return pid;
  const { logsDir } = launched.system;
  throw new Error(`${target} was not started again within ${RESTART_MS / 1000} s. Its log is in ${logsDir}.`);
}
