import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Cluster } from '../../deploy/kubernetes/cluster.ts';
import { overlayFolder } from '../../deploy/kubernetes/overlay.ts';

const NAMESPACE = 'mp3converter-dry-run';
const CHANGE_MS = 5 * 60_000;

/** Asks the API server whether it would take an overlay, in a namespace where nothing of it is yet. Throws with what it says. */
export async function dryRun(cluster: Cluster, overlay: string, stateDir: string): Promise<void> {
  const folder = path.join(stateDir, `dry-run-${overlay}`);
  mkdirSync(folder);
  const resources = [path.relative(folder, overlayFolder(overlay))];
  writeFileSync(path.join(folder, 'kustomization.yaml'), stringify({ namespace: NAMESPACE, resources }));
  const change = (verb: 'create' | 'delete', ...how: string[]) =>
    cluster.call(`${verb} ${NAMESPACE}`, [verb, 'namespace', NAMESPACE, ...how], {
      timeoutMs: CHANGE_MS,
    });
  const remove = () => change('delete', '--ignore-not-found', '--wait');
  // A run that was cut off may have left it.
  await remove();
  await change('create');
  try {
    await cluster.call(`Applying ${overlay}`, ['apply', '--dry-run=server', '--kustomize', folder], {
      timeoutMs: CHANGE_MS,
    });
  } finally {
    await remove();
  }
}
