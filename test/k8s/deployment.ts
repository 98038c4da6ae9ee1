import { type Cluster, NAMESPACE } from '../../deploy/kubernetes/cluster.ts';
import type { Witness } from '../load/check-films.ts';
import { until } from '../support/wait.ts';
import { readMongodb } from '../verdict/store-content.ts';
import { KILL } from './kill-script.ts';
import { forward } from './port-forward.ts';

/** Two pods, one after the other: a grace of 60 s at most, and a start that takes half a minute and more where processors are busy. */
const ROLLOUT_MS = 10 * 60_000;

export interface Pod {
  readonly name: string;
  readonly isReady: boolean;
}

/** The system in a cluster: what may be done to it, and what it shows. */
export interface Deployed extends Witness {
  /** Those that are not told to end. */
  pods(name: string): Promise<Pod[]>;
  /** Politely, as a drained node does; returns when it is gone. */
  deletePod(name: string): Promise<void>;
  /** The service's process ends in the middle of what it does; returns when the kubelet has started its container again. */
  kill(pod: string): Promise<void>;
  /** A new version of a service, which tells more in its log: new pods in place of the old ones. Returns when it is over. */
  rollOut(service: string): Promise<void>;
  /** The version before. Returns when it is over. */
  rollBack(service: string): Promise<void>;
  /** New pods of a server in place of the old ones, with their volumes. Returns when it is over. */
  restart(server: string): Promise<void>;
  /** `deployment/x` or `statefulset/x`: until all of its pods are new and ready. */
  untilRolledOut(object: string): Promise<void>;
  /** Until there are so many pods, all ready, and none that still ends. */
  untilReplicas(name: string, count: number): Promise<void>;
  /** Runs a command in a container; returns what it wrote to its standard output. */
  exec(pod: string, container: string, command: string[]): Promise<string>;
  stop(): Promise<void>;
}

interface PodList {
  items: {
    metadata: { name: string; deletionTimestamp?: string };
    status: {
      conditions?: { type: string; status: string }[];
      containerStatuses?: { name: string; restartCount: number }[];
    };
  }[];
}

export async function openDeployed(cluster: Cluster): Promise<Deployed> {
  const inNamespace = ['--namespace', NAMESPACE];
  const bound = `--timeout=${ROLLOUT_MS / 1000}s`;
  const call = (what: string, args: string[]): Promise<string> =>
    cluster.call(what, [...inNamespace, ...args], { timeoutMs: ROLLOUT_MS + 10_000 });
  const list = async (name: string): Promise<PodList['items']> => {
    const selector = `app.kubernetes.io/name=${name}`;
    const said = await cluster.ask([...inNamespace, 'get', 'pods', '--selector', selector, '-o', 'json']);
    return (JSON.parse(said) as PodList).items;
  };
  const isReady = ({ status }: PodList['items'][number]): boolean =>
    status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  const restarts = async (pod: string): Promise<number> => {
    const said = await cluster.ask([...inNamespace, 'get', 'pod', pod, '-o', 'json']);
    const { status } = JSON.parse(said) as PodList['items'][number];
    return status.containerStatuses?.find(({ name }) => name === 'app')?.restartCount ?? 0;
  };
  // Stopped again when a later one fails.
  await using forwards = new AsyncDisposableStack();
  const open = async (service: string, port: number) =>
    forwards.adopt(await forward(cluster.context, service, port), ({ stop }) => stop());
  const mails = await open('maildev', 1080);
  const store = await open('mongodb', 27017);
  const storeUrl = await readStoreUrl(cluster, new URL(store.url).host);
  const opened = forwards.move();

  const deployed: Deployed = {
    mailUrl: mails.url,
    async pods(name) {
      const all = (await list(name)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      return all.map((pod) => ({ name: pod.metadata.name, isReady: isReady(pod) }));
    },
    deletePod: async (name) =>
      void (await call(`Deleting ${name}`, ['delete', 'pod', name, '--ignore-not-found', '--wait', bound])),
    async kill(pod) {
      const before = await restarts(pod);
      const node = ['node', '--input-type=module', '--eval', KILL];
      // It dies with the container, and kubectl then complains.
      const said = await deployed.exec(pod, 'app', node).catch((error: Error) => error.message);
      const isBack = async (): Promise<boolean> => (await restarts(pod)) > before;
      await until(`${pod} to start again (${said.trim()})`, isBack, ROLLOUT_MS);
    },
    async rollOut(service) {
      const change = ['--containers=app', 'LOG_LEVEL=debug'];
      await call(`Changing ${service}`, ['set', 'env', `deployment/${service}`, ...change]);
      await deployed.untilRolledOut(`deployment/${service}`);
    },
    async rollBack(service) {
      await call(`Changing ${service} back`, ['rollout', 'undo', `deployment/${service}`]);
      await deployed.untilRolledOut(`deployment/${service}`);
    },
    async restart(server) {
      await call(`Restarting ${server}`, ['rollout', 'restart', `statefulset/${server}`]);
      await deployed.untilRolledOut(`statefulset/${server}`);
    },
    untilRolledOut: async (object) =>
      void (await call(`Waiting for ${object}`, ['rollout', 'status', object, bound])),
    async untilReplicas(name, count) {
      const are = async (): Promise<boolean> => {
        const all = await list(name);
        return all.length === count && all.every(isReady);
      };
      await until(`${count} of ${name}`, are, ROLLOUT_MS);
    },
    exec: (pod, container, command) =>
      cluster.ask([...inNamespace, 'exec', pod, '-c', container, '--', ...command]),
    readStore: () => readMongodb(storeUrl),
    stop: () => opened.disposeAsync(),
  };
  return deployed;
}

/** The services' own, by another way. */
async function readStoreUrl(cluster: Cluster, host: string): Promise<string> {
  const path = 'jsonpath={.data.mongodb-url}';
  const said = await cluster.ask(['--namespace', NAMESPACE, 'get', 'secret', 'mp3converter', '-o', path]);
  const { username, password, pathname } = new URL(Buffer.from(said, 'base64').toString());
  return `mongodb://${username}:${password}@${host}${pathname}?authSource=admin&directConnection=true`;
}
