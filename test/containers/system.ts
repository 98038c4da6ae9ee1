import { SERVICES, type Service } from '../../deploy/docker/image-names.ts';
import type { SystemView } from '../load/check-films.ts';
import { disconnect } from './container.ts';
import { addressOf, createNetworks } from './networks.ts';
import { type Replica, startReplica } from './replica.ts';
import { createRunContext, type RunContext } from './run-context.ts';
import { readStore, type Servers, startServers } from './servers.ts';

export type RestartableServer = 'rabbitmq' | 'mongodb';

/** Everything that compose.yaml describes, running in containers. */
export interface System extends SystemView {
  readonly replicas: Record<Service, Replica[]>;
  /** Starts one more instance, and adds it to `replicas`. It is ready when this resolves. */
  start(service: Service): Promise<Replica>;
  /** Stops an instance gracefully, and removes it from `replicas` when it is gone. */
  retire(replica: Replica): Promise<void>;
  /** Disconnects a server from its networks, like a cut cable. Returns a function that connects it again. */
  disconnect(server: RestartableServer): Promise<() => Promise<void>>;
  restart(server: RestartableServer): Promise<void>;
}

export interface SystemOptions {
  repoRoot: string;
  /** A folder for secrets, sockets and logs of this run alone. */
  stateDir: string;
  /** The value of the label of everything that is started. */
  run: string;
  /** Number of instances of each service. */
  replicas: number;
  report(line: string): void;
}

/** Starts all servers and, of each service, as many instances as wanted. The caller removes everything by its label. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { report } = options;
  const context = createRunContext(options);
  await createNetworks(context);
  report('Starting the servers …');
  const servers = await startServers(context);
  const replicas: System['replicas'] = { auth: [], converter: [], gateway: [], notification: [] };
  let count = 0;
  const start = async (service: Service): Promise<Replica> => {
    const replica = await startReplica(context, service, `${service}-${++count}`);
    replicas[service].push(replica);
    return replica;
  };
  report('Starting the services and their sidecars …');
  // The services start one after the other, because on two cores all eight instances at once are no faster.
  for (const service of SERVICES)
    await Promise.all(Array.from({ length: options.replicas }, () => start(service)));
  return {
    replicas,
    mailUrl: `http://${await addressOf(servers.maildev, context.networkOf('mail-page'), 1080)}`,
    start,
    ...operations(servers, replicas, context),
  };
}

function operations(
  servers: Servers,
  replicas: System['replicas'],
  { specOf, networksOf, secrets }: RunContext,
): Pick<System, 'retire' | 'disconnect' | 'restart' | 'readStore'> {
  return {
    async retire(replica) {
      await replica.stop();
      const known = replicas[replica.service];
      known.splice(known.indexOf(replica), 1);
    },
    disconnect: (name) => disconnect(servers[name], networksOf(name), name),
    restart: (name) => servers[name].restart({ timeout: (specOf(name).stop_grace_period ?? 10) * 1000 }),
    readStore: () => readStore(servers.mongodb, secrets.env.MONGODB_PASSWORD),
  };
}
