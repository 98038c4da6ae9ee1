import path from 'node:path';
import { type Cluster, NAMESPACE } from './cluster.ts';

/** Creates or updates the namespace, which must exist before the objects in it. */
export async function makeNamespace(cluster: Pick<Cluster, 'call'>): Promise<void> {
  const file = path.join(import.meta.dirname, 'base/namespace.yaml');
  await cluster.call('Creating the namespace', ['apply', '-f', file]);
}

/** The options of the last k8s:up, kept in the cluster, so that the next one uses them again from any machine. */
export interface DeploymentRecord {
  overlay?: string | undefined;
  publicUrl?: string | undefined;
}

const ANNOTATIONS = { overlay: 'mp3converter/overlay', publicUrl: 'mp3converter/public-url' } as const;

/** Reads the options from the annotations of the namespace. They are undefined if it does not exist. */
export async function readDeploymentRecord(cluster: Pick<Cluster, 'ask'>): Promise<DeploymentRecord> {
  const json = await cluster.ask(['get', 'namespace', NAMESPACE, '-o', 'json', '--ignore-not-found']);
  const annotations: Record<string, string> = JSON.parse(json || '{}').metadata?.annotations ?? {};
  return { overlay: annotations[ANNOTATIONS.overlay], publicUrl: annotations[ANNOTATIONS.publicUrl] };
}

export async function recordDeployment(
  cluster: Pick<Cluster, 'call'>,
  record: DeploymentRecord,
): Promise<void> {
  const annotations = Object.entries(ANNOTATIONS).flatMap(([key, name]) => {
    const value = record[key as keyof DeploymentRecord];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const args = ['annotate', 'namespace', NAMESPACE, '--overwrite', ...annotations];
  await cluster.call('Recording the options in the namespace', args);
}
