import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Cluster } from '../../deploy/kubernetes/cluster.ts';
import { overlayFolder } from '../../deploy/kubernetes/overlay.ts';

const NAMESPACE = 'mp3converter-dry-run';
const CHANGE_MS = 5 * 60_000;

/** Asks the API server whether it would accept an overlay, in an empty namespace. Throws with its reason if it would not. */
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
  // A test run that was killed may have left the namespace.
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
