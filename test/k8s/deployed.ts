import { type Cluster, NAMESPACE } from '../../deploy/kubernetes/cluster.ts';
import { readMongodb } from '../chaos/store-keys.ts';
import type { Witness } from '../load/evidence.ts';
import { until } from '../support/wait.ts';
import { forward } from './port-forward.ts';

/** A pod's grace is 60 s at most, a new one's start some seconds; the rest is for a slow machine. */
const ROLLOUT_MS = 5 * 60_000;

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
  /** Without a word, as far as Kubernetes can. */
  killPod(name: string): Promise<void>;
  /** `deployment/x` or `statefulset/x`: new pods in place of the old ones, by its own strategy. Returns when it is over. */
  restart(object: string): Promise<void>;
  /** Until all of its pods are new and ready. */
  untilRolledOut(object: string): Promise<void>;
  /** Until there are so many pods, all ready, and none that still ends. */
  untilReplicas(name: string, count: number): Promise<void>;
  /** Runs a command in a container; returns what it printed. */
  exec(pod: string, container: string, command: string[], input?: string): Promise<string>;
  stop(): Promise<void>;
}

interface PodList {
  items: {
    metadata: { name: string; deletionTimestamp?: string };
    status: { conditions?: { type: string; status: string }[] };
  }[];
}

export async function openDeployed(cluster: Cluster): Promise<Deployed> {
  const inNamespace = ['--namespace', NAMESPACE];
  const bound = `--timeout=${ROLLOUT_MS / 1000}s`;
  const call = (what: string, args: string[], input?: string): Promise<string> =>
    cluster.call(what, [...inNamespace, ...args], {
      timeoutMs: ROLLOUT_MS + 10_000,
      ...(input !== undefined && { input }),
    });
  const list = async (name: string): Promise<PodList['items']> => {
    const selector = `app.kubernetes.io/name=${name}`;
    const said = await cluster.ask([...inNamespace, 'get', 'pods', '--selector', selector, '-o', 'json']);
    return (JSON.parse(said) as PodList).items;
  };
  const isReady = ({ status }: PodList['items'][number]): boolean =>
    status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  const mails = await forward(cluster.context, 'maildev', 1080);
  const store = await forward(cluster.context, 'mongodb', 27017);
  const storeUrl = await readStoreUrl(cluster, new URL(store.url).host);

  const deployed: Deployed = {
    mailUrl: mails.url,
    async pods(name) {
      const all = (await list(name)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      return all.map((pod) => ({ name: pod.metadata.name, isReady: isReady(pod) }));
    },
    deletePod: async (name) =>
      void (await call(`Deleting ${name}`, ['delete', 'pod', name, '--wait', bound])),
    killPod: async (name) =>
      void (await call(`Killing ${name}`, ['delete', 'pod', name, '--grace-period=0', '--force'])),
    async restart(object) {
      await call(`Restarting ${object}`, ['rollout', 'restart', object]);
      await deployed.untilRolledOut(object);
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
    exec: (pod, container, command, input) =>
      call(`Running ${command[0]} in ${pod}`, ['exec', '-i', pod, '-c', container, '--', ...command], input),
    readStore: () => readMongodb(storeUrl),
    async stop() {
      await mails.stop();
      await store.stop();
    },
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
