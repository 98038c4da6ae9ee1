import type { Report } from '../process/run.ts';
import { type Cluster, NAMESPACE } from './cluster.ts';
import { BY_DEFAULT, type Traits } from './overlay.ts';

export type Scaler = 'KEDA' | 'HPA';

export const hasKeda = (cluster: Pick<Cluster, 'has'>): Promise<boolean> =>
  cluster.has('customresourcedefinition/scaledobjects.keda.sh');

/** What scales the converters: what the overlay says, but for the one for trying things out, which takes KEDA where it is. */
export async function chooseScaler(
  cluster: Cluster,
  { overlay, traits, report }: { overlay: string; traits: Traits; report: Report },
): Promise<Scaler> {
  const canUseKeda = await hasKeda(cluster);
  if (traits.needsKeda && !canUseKeda)
    throw new Error(
      `The overlay ${overlay} scales converters by KEDA, which is not in this cluster: install it (keda.sh), or pick scaling/hpa in its kustomization.yaml.`,
    );
  if (traits.needsKeda || (canUseKeda && overlay === BY_DEFAULT)) {
    report('Converters are scaled by KEDA, by the length of their queue');
    return 'KEDA';
  }
  const canMeasure = await cluster.has('apiservice/v1beta1.metrics.k8s.io');
  report(
    canMeasure
      ? 'Converters are scaled by an HPA, by their use of CPU'
      : 'There stays one converter: neither KEDA nor metrics-server is in this cluster (minikube addons enable metrics-server)',
  );
  return 'HPA';
}

/** Where KEDA has come or gone since: two would pull at one Deployment. */
export async function removeOtherScaler(cluster: Cluster, scaler: Scaler): Promise<void> {
  const other = scaler === 'KEDA' ? 'horizontalpodautoscaler/converter' : 'scaledobject.keda.sh/converter';
  if (await cluster.has(other))
    await cluster.call(`Removing ${other}`, ['delete', other, '--namespace', NAMESPACE, '--wait']);
}
