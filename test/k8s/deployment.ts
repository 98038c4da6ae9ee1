import { type Cluster, NAMESPACE } from '../../deploy/kubernetes/cluster.ts';
import type { SystemView } from '../load/check-films.ts';
import { waitFor } from '../support/wait.ts';
import { readMongodb, type StoreContent } from '../verdict/store-content.ts';
import { KILL_SCRIPT } from './kill-script.ts';
import { forwardPort } from './port-forward.ts';

/**
 * How long a rollout may take: two pods, one after the other, each with a grace period of 60 s at most, and a start of half a minute
 * and more on busy processors.
 */
const ROLLOUT_MS = 10 * 60_000;
const IN_NAMESPACE = ['--namespace', NAMESPACE];
const TIMEOUT_OPTION = `--timeout=${ROLLOUT_MS / 1000}s`;

export interface Pod {
  readonly name: string;
  readonly isReady: boolean;
}

interface PodResource {
  metadata: { name: string; deletionTimestamp?: string };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: { name: string; restartCount: number }[];
  };
}

const isReady = ({ status }: PodResource): boolean =>
  status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

interface Ports {
  mailUrl: string;
  storeUrl: string;
  close(): Promise<void>;
}

/** The deployed system in a cluster. */
export class Deployment implements SystemView {
  readonly #cluster: Cluster;
  readonly #ports: Ports;

  constructor(cluster: Cluster, ports: Ports) {
    this.#cluster = cluster;
    this.#ports = ports;
  }

  get mailUrl(): string {
    return this.#ports.mailUrl;
  }

  readStore(): Promise<StoreContent> {
    return readMongodb(this.#ports.storeUrl);
  }

  /** The pods of a service or server, without those that are being deleted. */
  async pods(name: string): Promise<Pod[]> {
    const all = (await this.#podResources(name)).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    return all.map((pod) => ({ name: pod.metadata.name, isReady: isReady(pod) }));
  }

  /** Deletes a pod gracefully, as the drain of a node does. Resolves when the pod is gone. */
  async deletePod(name: string): Promise<void> {
    const args = ['delete', 'pod', name, '--ignore-not-found', '--wait', TIMEOUT_OPTION];
    await this.#call(`Deleting ${name}`, args);
  }

  /** Ends the service's process in the middle of its work. Resolves when the kubelet has restarted its container. */
  async kill(pod: string): Promise<void> {
    const before = await this.#restarts(pod);
    const node = ['node', '--input-type=module', '--eval', KILL_SCRIPT];
    // The command ends together with its container, and kubectl reports that as an error.
    const output = await this.exec(pod, 'app', node).catch((error: Error) => error.message);
    const isRestarted = async (): Promise<boolean> => (await this.#restarts(pod)) > before;
    await waitFor(`${pod} to start again (${output.trim()})`, isRestarted, { timeoutMs: ROLLOUT_MS });
  }

  /** Rolls out a new version of a service, which logs more. Resolves when all old pods are replaced. */
  async rollOut(service: string): Promise<void> {
    const change = ['--containers=app', 'LOG_LEVEL=debug'];
    await this.#call(`Changing ${service}`, ['set', 'env', `deployment/${service}`, ...change]);
    await this.waitForRollout(`deployment/${service}`);
  }

  /** Rolls a service back to the version before. Resolves when that is complete. */
  async rollBack(service: string): Promise<void> {
    await this.#call(`Changing ${service} back`, ['rollout', 'undo', `deployment/${service}`]);
    await this.waitForRollout(`deployment/${service}`);
  }

  /** Replaces the pods of a server. The new pods get the volumes of the old ones. Resolves when that is complete. */
  async restart(server: string): Promise<void> {
    await this.#call(`Restarting ${server}`, ['rollout', 'restart', `statefulset/${server}`]);
    await this.waitForRollout(`statefulset/${server}`);
  }

  /** Waits until all pods of `deployment/<name>` or `statefulset/<name>` are new and ready. */
  async waitForRollout(object: string): Promise<void> {
    await this.#call(`Waiting for ${object}`, ['rollout', 'status', object, TIMEOUT_OPTION]);
  }

  /** Waits until there are `count` pods, all of them ready and none being deleted. */
  async waitForReplicas(name: string, count: number): Promise<void> {
    const isComplete = async (): Promise<boolean> => {
      const all = await this.#podResources(name);
      return all.length === count && all.every(isReady);
    };
    await waitFor(`${count} pods of ${name}`, isComplete, { timeoutMs: ROLLOUT_MS });
  }

  /** Runs a command in a container. Returns its standard output. */
  exec(pod: string, container: string, command: string[]): Promise<string> {
    return this.#cluster.ask([...IN_NAMESPACE, 'exec', pod, '-c', container, '--', ...command]);
  }

  /** Closes the forwarded ports. */
  stop(): Promise<void> {
    return this.#ports.close();
  }

  #call(what: string, args: string[]): Promise<string> {
    return this.#cluster.call(what, [...IN_NAMESPACE, ...args], { timeoutMs: ROLLOUT_MS + 10_000 });
  }

  async #podResources(name: string): Promise<PodResource[]> {
    const selector = `app.kubernetes.io/name=${name}`;
    const args = [...IN_NAMESPACE, 'get', 'pods', '--selector', selector, '-o', 'json'];
    return (JSON.parse(await this.#cluster.ask(args)) as { items: PodResource[] }).items;
  }

  async #restarts(pod: string): Promise<number> {
    const output = await this.#cluster.ask([...IN_NAMESPACE, 'get', 'pod', pod, '-o', 'json']);
    const { status } = JSON.parse(output) as PodResource;
    return status.containerStatuses?.find(({ name }) => name === 'app')?.restartCount ?? 0;
  }
}

/** Forwards ports of MailDev and MongoDB. If one fails, the other is closed again. */
export async function openDeployment(cluster: Cluster): Promise<Deployment> {
  await using forwards = new AsyncDisposableStack();
  const open = async (service: string, port: number) =>
    forwards.adopt(await forwardPort(cluster.context, service, port), ({ stop }) => stop());
  const mails = await open('maildev', 1080);
  const store = await open('mongodb', 27017);
  const storeUrl = await readStoreUrl(cluster, new URL(store.url).host);
  const opened = forwards.move();
  return new Deployment(cluster, { mailUrl: mails.url, storeUrl, close: () => opened.disposeAsync() });
}

/** The URL with the credentials of the services, for the forwarded port. */
async function readStoreUrl(cluster: Cluster, host: string): Promise<string> {
  const path = 'jsonpath={.data.mongodb-url}';
  const encoded = await cluster.ask([...IN_NAMESPACE, 'get', 'secret', 'mp3converter', '-o', path]);
  const { username, password, pathname } = new URL(Buffer.from(encoded, 'base64').toString());
  return `mongodb://${username}:${password}@${host}${pathname}?authSource=admin&directConnection=true`;
}
