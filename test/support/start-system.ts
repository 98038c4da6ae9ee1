import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Launched, type LaunchOptions, launch } from '../../deploy/local/launch.ts';
import type { SystemUnderTest } from './systems-under-test.ts';

export interface RunningSystem extends Launched {
  view: SystemUnderTest;
}

export interface TestSystemOptions
  extends Pick<
    LaunchOptions,
    | 'repoRoot'
    | 'choice'
    | 'commands'
    | 'replicas'
    | 'superviseServers'
    | 'env'
    | 'appEnv'
    | 'report'
    | 'signal'
  > {
  runDir: string;
  name: string;
}

/**
 * Starts a system for test files, with its state in `<runDir>/<name>`. It publishes a lost event again within seconds, deletes
 * the video of a job that is done after a minute, ends slow uploads early, and has guests.
 */
export async function startTestSystem(options: TestSystemOptions): Promise<RunningSystem> {
  const { name, runDir, choice = {}, commands = {}, report } = options;
  const stateRoot = join(runDir, name);
  const launched = await launch({
    ...options,
    stateRoot,
    env: {
      ...{ LOG_LEVEL: 'debug', SWEEP_SECONDS: '2', KEEP_VIDEO_SECONDS: '60', GUESTS: 'true' },
      SLOW_UPLOAD_SECONDS: '10',
      ...options.env,
    },
    report: (line) => report(`${name}: ${line}`),
  });
  const { system, servers } = launched;
  const other = await system.startSidecar({ appId: 'other' }).catch(async (error: unknown) => {
    await launched.stop();
    throw error;
  });
  const pids = Object.entries(system.apps).map(([app, { appPid }]) => [app, appPid]);
  const view = {
    name,
    choice,
    replaced: Object.keys(commands),
    gatewayUrl: system.gatewayUrl,
    mailUrl: servers.mail.webUrl ?? '',
    mysqlUrl: servers.mysql.url,
    stateRoot,
    apps: system.apps,
    tokens: system.tokens,
    otherSidecar: { daprHttpPort: other.daprHttpPort, pid: other.pid ?? 0 },
    pids: Object.fromEntries([...pids, ['gateway.daprd', system.apps.gateway.sidecarPid]]),
  };
  return { ...launched, view };
}

/** Writes a description of the systems, and returns the environment variables by which test files find it. */
export function describeSystems(systems: readonly RunningSystem[], runDir: string): Record<string, string> {
  const file = join(runDir, 'systems.json');
  writeFileSync(file, JSON.stringify(systems.map(({ view }) => view)), { mode: 0o600 });
  return { TEST_SYSTEMS: file, TEST_MYSQL_URL: systems[0]?.view.mysqlUrl ?? '' };
}
