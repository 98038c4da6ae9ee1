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
import { LABEL } from './run-label.ts';

const START_MS = 120_000;
/** Often: a test waits for it. */
const HEALTH = { interval: 2_000, timeout: 5_000, retries: 45 };

export interface Place {
  /** Value of {@link LABEL}. */
  run: string;
  logsDir: string;
}

export interface ContainerOptions {
  /** Of its log, and of nothing else. */
  name: string;
  spec: ServiceSpec;
  /** Names of networks, the first of which it is created with; or `container:<id>`. */
  networks: string[];
  /** Its name on all of them. */
  alias?: string;
  env?: Record<string, string>;
  /** When it is there. Default: by its health check in the file. */
  ready?: 'at once' | 'at its end';
}

/** A container as the Compose file has it, which testcontainers starts and waits for. */
class ComposedContainer extends GenericContainer {
  readonly #further: string[];
  readonly #alias: string[];

  constructor({ spec, networks, alias, env, ready }: ContainerOptions, place: Place) {
    super(spec.image);
    const [first = 'none', ...further] = networks;
    this.#further = further;
    this.#alias = alias === undefined ? [] : [alias];
    this.withNetworkMode(first);
    if (alias !== undefined)
      this.createOpts.NetworkingConfig = { EndpointsConfig: { [first]: { Aliases: [alias] } } };
    this.withLabels({ [LABEL]: place.run })
      .withEnvironment({ ...spec.environment, ...env })
      .withDroppedCapabilities(...spec.cap_drop)
      .withSecurityOpt(...spec.security_opt)
      .withTmpFs(Object.fromEntries(spec.tmpfs.map((entry) => split(entry))))
      .withStartupTimeout(START_MS);
    this.hostConfig.ReadonlyRootfs = spec.read_only;
    this.hostConfig.Memory = bytes(spec.mem_limit);
    // Folders are mounted; named volumes are the images' own here, one of each container.
    this.hostConfig.Binds = spec.volumes.filter((volume) => path.isAbsolute(volume));
    // One that is waited for to end is not started again.
    if (ready !== 'at its end') this.hostConfig.RestartPolicy = { Name: spec.restart };
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
      ready === 'at once'
        ? new Running()
        : ready === 'at its end'
          ? Wait.forOneShotStartup()
          : Wait.forHealthCheck(),
    );
  }

  protected override async containerCreated(id: string): Promise<void> {
    for (const network of this.#further) await join(network, id, this.#alias);
  }
}

/** It was started, and that is all that can be asked. */
class Running extends StartupCheckStrategy {
  async checkStartupState(): Promise<StartupStatus> {
    return 'SUCCESS';
  }
}

const split = (entry: string): [string, string] => {
  const [folder = '', options = ''] = entry.split(':');
  return [folder, options];
};

const bytes = (limit: string): number => Number.parseInt(limit, 10) * 2 ** (limit.endsWith('g') ? 30 : 20);

export async function startContainer(options: ContainerOptions, place: Place): Promise<StartedTestContainer> {
  const container = new ComposedContainer(options, place);
  container.withLogConsumer((stream) => {
    stream.pipe(
      createWriteStream(path.join(place.logsDir, `${options.name}.log`), { flags: 'a', mode: 0o600 }),
    );
  });
  return container.start();
}

/** By one process that asks again and again: a health check every second, of all of them, would take a core. */
const UNTIL_READY = `
  const isReady = () => fetch('http://127.0.0.1:' + process.env.APP_PORT + '/readyz').then(({ ok }) => ok, () => false);
  setTimeout(() => process.exit(1), ${START_MS});
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 200));
  process.exit(0);`;

/** Waits until a service says that it is ready, with its sidecar and all that is behind it. */
export async function untilReady(app: StartedTestContainer, name: string): Promise<void> {
  const { exitCode, output } = await app.exec(['node', '--input-type=module', '--eval', UNTIL_READY]);
  if (exitCode !== 0) throw new Error(`${name} was not ready after ${START_MS / 1000} s. ${output}`);
}

/** What Docker says of it: `healthy` where the image's own check says so. */
export async function healthOf(container: StartedTestContainer): Promise<string | undefined> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  return (await dockerode.getContainer(container.getId()).inspect()).State.Health?.Status;
}

/** Politely: SIGTERM, and after the file's grace SIGKILL. Nothing of it is left. */
export async function stopContainer(container: StartedTestContainer, spec: ServiceSpec): Promise<void> {
  await container.stop({ timeout: (spec.stop_grace_period ?? 10) * 1000, remove: true, removeVolumes: true });
}

async function join(network: string, container: string, aliases: string[]): Promise<void> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  await dockerode.getNetwork(network).connect({ Container: container, EndpointConfig: { Aliases: aliases } });
}

/** Takes a container off its networks, as a cut cable does. Returns how it is joined again. */
export async function cutOff(
  container: StartedTestContainer,
  networks: string[],
  alias: string,
): Promise<() => Promise<void>> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  for (const network of networks)
    await dockerode.getNetwork(network).disconnect({ Container: container.getId() });
  return async () => {
    for (const network of networks) await join(network, container.getId(), [alias]);
  };
}
