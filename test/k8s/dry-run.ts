import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Cluster } from '../../deploy/kubernetes/cluster.ts';
import { overlayFolder } from '../../deploy/kubernetes/overlay.ts';

const NAMESPACE = 'mp3converter-dry-run';

/** Asks the API server whether it would take an overlay, in a namespace where nothing of it is yet. Throws with what it says. */
export async function dryRun(cluster: Cluster, overlay: string, stateDir: string): Promise<void> {
  const folder = path.join(stateDir, `dry-run-${overlay}`);
  mkdirSync(folder);
  const resources = [path.relative(folder, overlayFolder(overlay))];
  writeFileSync(path.join(folder, 'kustomization.yaml'), stringify({ namespace: NAMESPACE, resources }));
  const change = (verb: 'create' | 'delete') =>
    cluster.call(`${verb} ${NAMESPACE}`, [verb, 'namespace', NAMESPACE], { timeoutMs: 3 * 60_000 });
  await change('create');
  try {
    await cluster.call(`Applying ${overlay}`, ['apply', '--dry-run=server', '--kustomize', folder]);
  } finally {
    await change('delete');
  }
}
