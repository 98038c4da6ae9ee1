import { chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { imageNames, SERVICES, type Service } from '../../deploy/docker/image-names.ts';
import { writeDockerSecrets } from '../../deploy/docker/secrets.ts';
import { readIfThere } from '../../services/shared/runtime/private-files.ts';
import type { Witness } from '../load/check-films.ts';
import { contentOf } from '../verdict/store-content.ts';
import { connects } from './can-connect.ts';
import { type ComposeFile, readComposeFile, type ServiceSpec } from './compose-file.ts';
import { cutOff, healthOf, type Place, startContainer, stopContainer, untilReady } from './container.ts';
import { LABEL } from './run-label.ts';

/** Short, so that what takes minutes happens within seconds. */
const ENV: Record<Service, Record<string, string>> = {
  auth: {},
  gateway: { SWEEP_SECONDS: '2', STALL_SECONDS: '12' },
  converter: { LEASE_SECONDS: '6', CONCURRENCY: '1' },
  notification: { MAIL_STALL_SECONDS: '5' },
};

/** One of the instances of a service: it, its sidecar, and the container whose network they share. */
export interface Replica {
  readonly service: Service;
  readonly name: string;
  /** Where users reach it; of a gateway only. */
  readonly url: string;
  /** As Docker sees it, by the image's own check. */
  health(): Promise<string | undefined>;
  /** Whether a conversion has begun and not ended, by its log. */
  isAtWork(): boolean;
  /** As a cut cable does; returns how it is joined again. */
  cutOff(): Promise<() => Promise<void>>;
  /** Politely, the service before its sidecar. */
  stop(): Promise<void>;
}

export interface System extends Witness {
  readonly replicas: Record<Service, Replica[]>;
  /** One more instance; ready when it returns. It is in `replicas` from then on. */
  start(service: Service): Promise<Replica>;
  /** Stops it politely; it is in `replicas` until it has gone. */
  retire(replica: Replica): Promise<void>;
  /** Of a server: as a cut cable does; returns how it is joined again. */
  cutOff(server: 'rabbitmq' | 'mongodb'): Promise<() => Promise<void>>;
  restart(server: 'rabbitmq' | 'mongodb'): Promise<void>;
}

export interface SystemOptions {
  repoRoot: string;
  /** Of this run alone: secrets and logs. */
  stateDir: string;
  /** Told by a label of everything that is started. */
  run: string;
  replicas: number;
  report(line: string): void;
}

/** For mongosh: keys of everything, values of jobs and of the index. */
const ROWS = `print(JSON.stringify(db.store.find({}, { value: 1 }).toArray().map(({ _id, value }) =>
  /^(job|open):/.test(_id) ? { key: _id, value } : { key: _id })))`;

const SERVERS = ['rabbitmq', 'mongodb', 'mysql', 'maildev'] as const;

/** Everything of compose.yaml in containers, and of each service as many instances as wanted. The caller clears away by label. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { repoRoot, stateDir, run, report } = options;
  const place: Place = { run, logsDir: path.join(stateDir, 'logs') };
  mkdirSync(place.logsDir, { recursive: true, mode: 0o700 });
  const secrets = writeDockerSecrets({ dataDir: stateDir });
  const compose = readComposeFile(path.join(repoRoot, 'deploy/docker/compose.yaml'), {
    ...imageNames(path.join(repoRoot, '.data')),
    ...secrets.env,
    PUBLIC_URL: 'http://gateway.example',
  });
  const isSecrets = (volume: string): boolean => volume.includes('/.data/docker/secrets.json:');
  for (const spec of Object.values(compose.services))
    spec.volumes = spec.volumes.map((volume) =>
      isSecrets(volume) ? `${secrets.secretsFile}:${volume.split(':').slice(1).join(':')}` : volume,
    );
  const specOf = (name: string): ServiceSpec => compose.services[name] as ServiceSpec;
  const networkOf = (name: string): string => `mp3converter-test-${run}-${name}`;
  const networksOf = (name: string): string[] => specOf(name).networks.map(networkOf);

  await makeNetworks(compose, networkOf, run);
  report('Starting the servers …');
  const servers = Object.fromEntries(
    await Promise.all(
      SERVERS.map(async (name) => {
        const container = { name, spec: specOf(name), networks: networksOf(name), alias: name };
        return [name, await startContainer(container, place)] as const;
      }),
    ),
  ) as Record<(typeof SERVERS)[number], StartedTestContainer>;
  const set = await startContainer(
    {
      name: 'mongodb-set',
      spec: specOf('mongodb-set'),
      networks: [`container:${servers.mongodb.getId()}`],
      ready: 'at its end',
    },
    place,
  );
  await stopContainer(set, specOf('mongodb-set'));

  /** What compose.yaml calls `sockets`: where a sidecar and its pluggable components meet. */
  function makeSockets(name: string): string {
    const folder = path.join(stateDir, 'sockets', name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chownSync(folder, ...secrets.sidecar);
    return folder;
  }
  const withSockets = (spec: ServiceSpec, folder: string): ServiceSpec => ({
    ...spec,
    volumes: [...spec.volumes, `${folder}:/tmp/dapr-components-sockets`],
  });

  let count = 0;
  const replicas: System['replicas'] = { auth: [], converter: [], gateway: [], notification: [] };

  async function start(service: Service): Promise<Replica> {
    const name = `${service}-${++count}`;
    const alias = `${service}-pod`;
    const networks = networksOf(alias);
    const pod = await startContainer(
      { name: `${name}.pod`, spec: specOf(alias), networks, alias, ready: 'at once' },
      place,
    );
    const shared = [`container:${pod.getId()}`];
    const sockets = makeSockets(name);
    const mailer =
      service === 'notification'
        ? await startContainer(
            {
              name: `${name}.mailer`,
              spec: withSockets(specOf('notification-mailer'), sockets),
              networks: shared,
            },
            place,
          )
        : undefined;
    const sidecarSpec = withSockets(specOf(`${service}-sidecar`), sockets);
    const [sidecar, app] = await Promise.all([
      startContainer({ name: `${name}.daprd`, spec: sidecarSpec, networks: shared, ready: 'at once' }, place),
      startContainer(
        { name, spec: specOf(service), networks: shared, env: ENV[service], ready: 'at once' },
        place,
      ),
    ]);
    await untilReady(app, name);
    const replica: Replica = {
      service,
      name,
      url: service === 'gateway' ? `http://${await addressOf(pod, networkOf('front'), 8080)}` : '',
      health: () => healthOf(app),
      isAtWork() {
        const log = readIfThere(path.join(place.logsDir, `${name}.log`)) ?? '';
        return log.lastIndexOf('"conversion started"') > log.lastIndexOf('"MP3 made"');
      },
      cutOff: () => cutOff(pod, networks, alias),
      async stop() {
        await stopContainer(app, specOf(service));
        await stopContainer(sidecar, sidecarSpec);
        if (mailer) await stopContainer(mailer, specOf('notification-mailer'));
        await stopContainer(pod, specOf(alias));
      },
    };
    replicas[service].push(replica);
    return replica;
  }

  report('Starting the services and their sidecars …');
  // One kind after the other: two cores start eight no faster at once.
  for (const service of SERVICES)
    await Promise.all(Array.from({ length: options.replicas }, () => start(service)));

  const server = (name: 'rabbitmq' | 'mongodb') => servers[name];
  return {
    replicas,
    mailUrl: `http://${await addressOf(servers.maildev, networkOf('front'), 1080)}`,
    start,
    async retire(replica) {
      await replica.stop();
      const known = replicas[replica.service];
      known.splice(known.indexOf(replica), 1);
    },
    cutOff: (name) => cutOff(server(name), networksOf(name), name),
    restart: (name) => server(name).restart({ timeout: (specOf(name).stop_grace_period ?? 10) * 1000 }),
    async readStore() {
      const url = `mongodb://mp3converter:${secrets.env.MONGODB_PASSWORD}@127.0.0.1:27017/mp3converter?authSource=admin&directConnection=true`;
      const connected = `const db = new Mongo(process.env.MONGODB_URL).getDB('mp3converter'); ${ROWS}`;
      const command = ['mongosh', '--quiet', '--norc', '--nodb', '--eval', connected];
      const env = { HOME: '/tmp', MONGODB_URL: url };
      const { output, exitCode } = await servers.mongodb.exec(command, { env });
      if (exitCode !== 0) throw new Error(`mongosh: ${output.slice(0, 500)}`);
      return contentOf(JSON.parse(output));
    },
  };
}

async function makeNetworks(
  { networks }: ComposeFile,
  networkOf: (name: string) => string,
  run: string,
): Promise<void> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  for (const [name, settings] of Object.entries(networks))
    await dockerode.createNetwork({
      Name: networkOf(name),
      Internal: settings?.internal ?? false,
      Labels: { [LABEL]: run },
    });
}

/**
 * A container's own address, which a Linux machine reaches: there a service that has gone refuses a connection. The process
 * that publishes a port would take it, and break it off.
 */
async function addressOf(container: StartedTestContainer, network: string, port: number): Promise<string> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const { NetworkSettings } = await dockerode.getContainer(container.getId()).inspect();
  const host = NetworkSettings.Networks[network]?.IPAddress ?? '';
  if (await connects(host, port)) return `${host}:${port}`;
  throw new Error(`${container.getName()} cannot be reached at ${host}:${port} from this machine.`);
}
