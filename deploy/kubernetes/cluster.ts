import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Report, run } from '../process/run.ts';
import { which } from '../process/which.ts';
import { checkVersions } from './versions.ts';

export const NAMESPACE = 'mp3converter';
/** Selects all objects of this project. */
export const OUR_OBJECTS = ['--selector', `app.kubernetes.io/part-of=${NAMESPACE}`] as const;

export interface ClusterOptions {
  /** A context of the kubeconfig. Default: kubectl's current context. */
  context?: string | undefined;
  report: Report;
  signal: AbortSignal;
}

/** The kind of cluster, which decides how images get to its nodes. */
export type Host = { kind: 'minikube'; profile: string } | { kind: 'kind'; name: string } | { kind: 'other' };

/** One cluster. It stays the same even if kubectl's current context changes. */
export interface Cluster {
  readonly context: string;
  readonly host: Host;
  /** Runs kubectl and returns its standard output. */
  ask(args: string[]): Promise<string>;
  /** Runs kubectl to its end; see run(). `input` is its standard input, so it does not appear in the list of processes. */
  call(what: string, args: string[], options?: { input?: string; timeoutMs?: number }): Promise<string>;
  /** Whether an object exists, such as `service/maildev` or, without a namespace, `customresourcedefinition/components.dapr.io`. */
  has(object: string): Promise<boolean>;
}

export function findKubectl(): string {
  const kubectl = which('kubectl');
  if (kubectl !== undefined) return kubectl;
  throw new Error(
    'kubectl is missing: install it (1.27 or newer), with minikube or kind if you have no cluster.',
  );
}

/** Connects to a cluster. Throws if kubectl or its context is missing, if the cluster does not answer, or if a version is too old. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { report, signal } = options;
  const kubectl = findKubectl();
  const runKubectl = async (args: string[]): Promise<string> => {
    const limits = { signal, timeout: 60_000, maxBuffer: 16 * 2 ** 20 };
    const { stdout } = await promisify(execFile)(kubectl, args, limits);
    return stdout;
  };
  const current = (): Promise<string> =>
    runKubectl(['config', 'current-context']).catch(() => {
      signal.throwIfAborted();
      throw new Error(
        'kubectl has no current context: run `minikube start`, or select one with `kubectl config use-context`.',
      );
    });
  const context = options.context ?? (await current()).trim();
  const inContext = ['--context', context];
  const ask = (args: string[]): Promise<string> => runKubectl([...inContext, ...args]);
  const answer = (args: string[]): Promise<string> =>
    ask(['--request-timeout=20s', ...args, '-o', 'json']).catch((error: Error) => {
      signal.throwIfAborted();
      throw new Error(
        `The cluster of kubectl's context ${context} does not answer, or denies access. ${error.message}`,
      );
    });
  checkVersions(JSON.parse(await answer(['version'])));
  return {
    context,
    host: detectHost(context, JSON.parse(await answer(['get', 'nodes']))),
    ask,
    call: (what, args, { input, timeoutMs = 60_000 } = {}) =>
      run(kubectl, [...inContext, ...args], {
        what,
        report,
        signal,
        timeoutMs,
        ...(input === undefined ? {} : { input }),
      }),
    has: (object) =>
      ask(['get', object, '--namespace', NAMESPACE, '-o', 'name', '--ignore-not-found']).then(
        (name) => name.trim() !== '',
        (error: Error) => {
          if (isUnknownKindError(error)) return false;
          throw error;
        },
      ),
  };
}

/** Whether kubectl failed because the cluster does not know this kind of object, and not because it is slow or denies access. */
export const isUnknownKindError = ({ message }: Error): boolean =>
  message.includes("the server doesn't have a resource type");

interface Nodes {
  items: { metadata: { labels: Record<string, string> } }[];
}

/** Recognises minikube by a label of its nodes, and kind by the name of its context. */
export function detectHost(context: string, { items }: Nodes): Host {
  const profile = items.map(({ metadata }) => metadata.labels['minikube.k8s.io/name']).find(Boolean);
  if (profile !== undefined) return { kind: 'minikube', profile };
  const name = /^kind-(.+)$/.exec(context)?.[1];
  return name === undefined ? { kind: 'other' } : { kind: 'kind', name };
}
