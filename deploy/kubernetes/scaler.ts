import type { Report } from '../process/run.ts';
import { type Cluster, NAMESPACE } from './cluster.ts';
import { DEFAULT_OVERLAY, type Traits } from './overlay.ts';

export type Scaler = 'KEDA' | 'HPA';

export const hasKeda = (cluster: Pick<Cluster, 'has'>): Promise<boolean> =>
  cluster.has('customresourcedefinition/scaledobjects.keda.sh');

/** Decides what scales the converters: what the overlay contains. Only the default overlay uses KEDA instead if the cluster has it. */
export async function chooseScaler(
  cluster: Cluster,
  { overlay, traits, report }: { overlay: string; traits: Traits; report: Report },
): Promise<Scaler> {
  const canUseKeda = await hasKeda(cluster);
  if (traits.needsKeda && !canUseKeda)
    throw new Error(
      `The overlay ${overlay} scales converters with KEDA, which is not in this cluster: install it (keda.sh), or use scaling/hpa in its kustomization.yaml.`,
    );
  if (traits.needsKeda || (canUseKeda && overlay === DEFAULT_OVERLAY)) {
    report('KEDA scales the converters by the length of their queue');
    return 'KEDA';
  }
  const canMeasure = await cluster.has('apiservice/v1beta1.metrics.k8s.io');
  report(
    canMeasure
      ? 'An HPA scales the converters by their CPU usage'
      : 'One converter runs, without scaling: neither KEDA nor metrics-server is in this cluster (minikube addons enable metrics-server)',
  );
  return 'HPA';
}

/** Removes the scaler of an earlier k8s:up, because two scalers would work against each other. */
export async function removeOtherScaler(cluster: Cluster, scaler: Scaler): Promise<void> {
  const other = scaler === 'KEDA' ? 'horizontalpodautoscaler/converter' : 'scaledobject.keda.sh/converter';
  if (await cluster.has(other))
    await cluster.call(`Removing ${other}`, ['delete', other, '--namespace', NAMESPACE, '--wait']);
}
