import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Report, run } from '../process/run.ts';
import { which } from '../process/which.ts';
import { checkVersions } from './versions.ts';

export const NAMESPACE = 'mp3converter';
/** On everything of ours. */
export const OURS = ['--selector', `app.kubernetes.io/part-of=${NAMESPACE}`] as const;

export interface ClusterOptions {
  /** Of the kubeconfig. Default: kubectl's current one. */
  context?: string | undefined;
  report: Report;
  signal: AbortSignal;
}

/** How images get to the nodes of a cluster. */
export type Host = { kind: 'minikube'; profile: string } | { kind: 'kind'; name: string } | { kind: 'other' };

/** One cluster, whatever context somebody makes the current one meanwhile. */
export interface Cluster {
  readonly context: string;
  readonly host: Host;
  /** What kubectl says on its standard output. */
  ask(args: string[]): Promise<string>;
  /** Runs kubectl to its end; see run(). `input` never shows in arguments. */
  call(what: string, args: string[], options?: { input?: string; timeoutMs?: number }): Promise<string>;
  /** Whether there is such an object, in our namespace or in none: `customresourcedefinition/components.dapr.io`. */
  has(object: string): Promise<boolean>;
}

export function findKubectl(): string {
  const kubectl = which('kubectl');
  if (kubectl !== undefined) return kubectl;
  throw new Error(
    'kubectl is missing: install it (1.27 or newer), with minikube or kind if you have no cluster.',
  );
}

/** Throws with what to do when there is no kubectl, no context, no answer, or a version that is too old. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { report, signal } = options;
  const kubectl = findKubectl();
  const kubectlSays = async (args: string[]): Promise<string> => {
    const bounds = { signal, timeout: 60_000, maxBuffer: 16 * 2 ** 20 };
    const { stdout } = await promisify(execFile)(kubectl, args, bounds);
    return stdout;
  };
  const current = (): Promise<string> =>
    kubectlSays(['config', 'current-context']).catch(() => {
      signal.throwIfAborted();
      throw new Error(
        'kubectl has no current context: run `minikube start`, or name one by `kubectl config use-context`.',
      );
    });
  const context = options.context ?? (await current()).trim();
  const here = ['--context', context];
  const ask = (args: string[]): Promise<string> => kubectlSays([...here, ...args]);
  const answer = (args: string[]): Promise<string> =>
    ask(['--request-timeout=20s', ...args, '-o', 'json']).catch((error: Error) => {
      signal.throwIfAborted();
      throw new Error(
        `The cluster of kubectl's context ${context} does not answer, or not to you. ${error.message}`,
      );
    });
  checkVersions(JSON.parse(await answer(['version'])));
  return {
    context,
    host: hostOf(context, JSON.parse(await answer(['get', 'nodes']))),
    ask,
    call: (what, args, { input, timeoutMs = 60_000 } = {}) =>
      run(kubectl, [...here, ...args], {
        what,
        report,
        signal,
        timeoutMs,
        ...(input === undefined ? {} : { input }),
      }),
    has: (object) =>
      ask(['get', object, '--namespace', NAMESPACE, '-o', 'name', '--ignore-not-found']).then(
        (said) => said.trim() !== '',
        (error: Error) => {
          if (isUnknownKind(error)) return false;
          throw error;
        },
      ),
  };
}

/** Not a server that is slow or says no: one that has never heard of such objects. */
export const isUnknownKind = ({ message }: Error): boolean =>
  message.includes("the server doesn't have a resource type");

interface Nodes {
  items: { metadata: { labels: Record<string, string> } }[];
}

/** By the names that minikube and kind give. */
export function hostOf(context: string, { items }: Nodes): Host {
  const profile = items.map(({ metadata }) => metadata.labels['minikube.k8s.io/name']).find(Boolean);
  if (profile !== undefined) return { kind: 'minikube', profile };
  const name = /^kind-(.+)$/.exec(context)?.[1];
  return name === undefined ? { kind: 'other' } : { kind: 'kind', name };
}
