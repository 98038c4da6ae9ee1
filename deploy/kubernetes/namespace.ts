import path from 'node:path';
import { type Cluster, NAMESPACE } from './cluster.ts';

/** Makes it, or brings it up to date, before anything that lies in it. */
export async function makeNamespace(cluster: Pick<Cluster, 'call'>): Promise<void> {
  const file = path.join(import.meta.dirname, 'base/namespace.yaml');
  await cluster.call('Making the namespace', ['apply', '-f', file]);
}

/** What a cluster was brought up with: the next k8s:up keeps to it, from whatever machine it comes. */
export interface Remembered {
  overlay?: string | undefined;
  publicUrl?: string | undefined;
}

const ANNOTATIONS = { overlay: 'mp3converter/overlay', publicUrl: 'mp3converter/public-url' } as const;

/** What the namespace says, if it is there. */
export async function remembered(cluster: Pick<Cluster, 'ask'>): Promise<Remembered> {
  const said = await cluster.ask(['get', 'namespace', NAMESPACE, '-o', 'json', '--ignore-not-found']);
  const annotations: Record<string, string> = JSON.parse(said || '{}').metadata?.annotations ?? {};
  return { overlay: annotations[ANNOTATIONS.overlay], publicUrl: annotations[ANNOTATIONS.publicUrl] };
}

export async function remember(cluster: Pick<Cluster, 'call'>, what: Remembered): Promise<void> {
  const said = Object.entries(ANNOTATIONS).flatMap(([key, name]) => {
    const value = what[key as keyof Remembered];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const args = ['annotate', 'namespace', NAMESPACE, '--overwrite', ...said];
  await cluster.call('Noting what runs there', args);
}
