import { createWriteStream } from 'node:fs';
import path from 'node:path';
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  StartupCheckStrategy,
  type StartupStatus,
  Wait,
} from 'testcontainers';
import type { ServiceSpec } from './compose-file.ts';
import { RUN_LABEL } from './run-label.ts';

const START_MS = 120_000;
/** The health check runs more often than by the image, because tests wait for it. */
const HEALTH = { interval: 2_000, timeout: 5_000, retries: 45 };

export interface TestRun {
  /** Value of {@link RUN_LABEL}. */
  run: string;
  logsDir: string;
}

export interface ContainerOptions {
  /** The name of its log file. */
  name: string;
  spec: ServiceSpec;
  /** Names of networks, or `container:<id>`. The container is created in the first one and then joins the others. */
  networks: string[];
  /** Its host name on all of these networks. */
  alias?: string;
  env?: Record<string, string>;
  /** When its start counts as complete. Default: when its health check from compose.yaml passes. */
  readyWhen?: 'started' | 'ended';
}

/** A container as compose.yaml describes it. testcontainers starts it and waits for it. */
class ComposedContainer extends GenericContainer {
  readonly #further: string[];
  readonly #alias: string[];

  constructor({ spec, networks, alias, env, readyWhen }: ContainerOptions, testRun: TestRun) {
    super(spec.image);
    const [first = 'none', ...further] = networks;
    this.#further = further;
    this.#alias = alias === undefined ? [] : [alias];
    this.withNetworkMode(first);
    if (alias !== undefined)
      this.createOpts.NetworkingConfig = { EndpointsConfig: { [first]: { Aliases: [alias] } } };
    this.withLabels({ [RUN_LABEL]: testRun.run })
      .withEnvironment({ ...spec.environment, ...env })
      .withDroppedCapabilities(...spec.cap_drop)
      .withSecurityOpt(...spec.security_opt)
      .withTmpFs(Object.fromEntries(spec.tmpfs.map((entry) => split(entry))))
      .withStartupTimeout(START_MS);
    this.hostConfig.ReadonlyRootfs = spec.read_only;
    this.hostConfig.Memory = bytes(spec.mem_limit);
    this.hostConfig.PidsLimit = spec.pids_limit;
    // Only folders are mounted. In place of a named volume, each container gets an anonymous one from its image.
    this.hostConfig.Binds = spec.volumes.filter((volume) => path.isAbsolute(volume));
    // A container that must end is not restarted.
    if (readyWhen !== 'ended') this.hostConfig.RestartPolicy = { Name: spec.restart };
    if (spec.user !== undefined) this.withUser(spec.user);
    if (spec.hostname !== undefined) this.withHostname(spec.hostname);
    if (spec.working_dir !== undefined) this.withWorkingDir(spec.working_dir);
    if (spec.entrypoint !== undefined) this.withEntrypoint(spec.entrypoint);
    if (spec.command !== undefined && spec.command.length > 0) this.withCommand(spec.command);
    if (spec.stop_signal !== undefined) this.createOpts.StopSignal = spec.stop_signal;
    if (spec.healthcheck?.disable === true) this.createOpts.Healthcheck = { Test: ['NONE'] };
    else if (spec.healthcheck?.test !== undefined)
      this.withHealthCheck({ ...HEALTH, test: spec.healthcheck.test as ['CMD', ...string[]] });
    this.withWaitStrategy(
      readyWhen === 'started'
        ? new StartedStrategy()
        : readyWhen === 'ended'
          ? Wait.forOneShotStartup()
          : Wait.forHealthCheck(),
    );
  }

  protected override async containerCreated(id: string): Promise<void> {
    for (const network of this.#further) await connect(network, id, this.#alias);
  }
}

/** Waits for nothing but the start. */
class StartedStrategy extends StartupCheckStrategy {
  async checkStartupState(): Promise<StartupStatus> {
    return 'SUCCESS';
  }
}

const split = (entry: string): [string, string] => {
  const [folder = '', options = ''] = entry.split(':');
  return [folder, options];
};

const bytes = (limit: string): number => Number.parseInt(limit, 10) * 2 ** (limit.endsWith('g') ? 30 : 20);

/** Starts a container, waits for it, and appends its output to `<logsDir>/<name>.log`. */
export async function startContainer(
  options: ContainerOptions,
  testRun: TestRun,
): Promise<StartedTestContainer> {
  const container = new ComposedContainer(options, testRun);
  container.withLogConsumer((stream) => {
    stream.pipe(
      createWriteStream(path.join(testRun.logsDir, `${options.name}.log`), { flags: 'a', mode: 0o600 }),
    );
  });
  return container.start();
}

/**
 * Polls `/readyz` in one process. A health check that runs every second in all containers would take up a processor core.
 */
const WAIT_UNTIL_READY = `
  const isReady = () => fetch('http://127.0.0.1:' + process.env.APP_PORT + '/readyz').then(({ ok }) => ok, () => false);
  setTimeout(() => process.exit(1), ${START_MS});
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 200));
  process.exit(0);`;

/** Waits until a service is ready, together with its sidecar and what that needs. */
export async function waitUntilReady(app: StartedTestContainer, name: string): Promise<void> {
  const { exitCode, output } = await app.exec(['node', '--input-type=module', '--eval', WAIT_UNTIL_READY]);
  if (exitCode !== 0) throw new Error(`${name} was not ready after ${START_MS / 1000} s. ${output}`);
}

/** The health status of a container by Docker: `healthy` if the image's own check passes. */
export async function healthOf(container: StartedTestContainer): Promise<string | undefined> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  return (await dockerode.getContainer(container.getId()).inspect()).State.Health?.Status;
}

/** Stops a container by SIGTERM and, after the grace period of compose.yaml, by SIGKILL. Then it removes it with its volumes. */
export async function stopContainer(container: StartedTestContainer, spec: ServiceSpec): Promise<void> {
  await container.stop({ timeout: (spec.stop_grace_period ?? 10) * 1000, remove: true, removeVolumes: true });
}

async function connect(network: string, container: string, aliases: string[]): Promise<void> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  await dockerode.getNetwork(network).connect({ Container: container, EndpointConfig: { Aliases: aliases } });
}

/** Disconnects a container from its networks, like a cut cable. Returns a function that connects it again. */
export async function disconnect(
  container: StartedTestContainer,
  networks: string[],
  alias: string,
): Promise<() => Promise<void>> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  for (const network of networks)
    await dockerode.getNetwork(network).disconnect({ Container: container.getId() });
  return async () => {
    for (const network of networks) await connect(network, container.getId(), [alias]);
  };
}
