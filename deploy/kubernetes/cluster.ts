import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Report, run } from '../local/processes/run.ts';
import { find } from '../local/tools/find.ts';

export const NAMESPACE = 'mp3converter';

export interface ClusterOptions {
  report: Report;
  signal: AbortSignal;
}

/** How images get to the nodes of a cluster. */
export type Host = { kind: 'minikube'; profile: string } | { kind: 'kind'; name: string } | { kind: 'other' };

/** The cluster of kubectl's current context. */
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

/** Throws with what to do when there is no kubectl, no context, or no answer. */
export async function openCluster({ report, signal }: ClusterOptions): Promise<Cluster> {
  const kubectl = find('kubectl');
  if (kubectl === undefined)
    throw new Error(
      'kubectl is missing: install it (1.27 or newer), with minikube or kind if you have no cluster.',
    );
  const kubectlSays = async (args: string[]): Promise<string> => {
    const options = { signal, timeout: 60_000, maxBuffer: 16 * 2 ** 20 };
    const { stdout } = await promisify(execFile)(kubectl, args, options);
    return stdout;
  };
  const context = (
    await kubectlSays(['config', 'current-context']).catch(() => {
      signal.throwIfAborted();
      throw new Error(
        'kubectl has no current context: run `minikube start`, or name one by `kubectl config use-context`.',
      );
    })
  ).trim();
  // From here on this one, even if somebody picks another meanwhile.
  const here = ['--context', context];
  const ask = (args: string[]): Promise<string> => kubectlSays([...here, ...args]);
  const nodes = await ask(['--request-timeout=20s', 'get', 'nodes', '-o', 'json']).catch((error: Error) => {
    signal.throwIfAborted();
    throw new Error(
      `The cluster of kubectl's context ${context} does not answer, or not to you. ${error.message}`,
    );
  });
  return {
    context,
    host: hostOf(context, JSON.parse(nodes)),
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
        // A kind that the cluster does not know.
        () => false,
      ),
  };
}

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
