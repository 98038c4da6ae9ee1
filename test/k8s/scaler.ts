import { type Cluster, NAMESPACE } from '../../deploy/kubernetes/cluster.ts';

export interface Bounds {
  min: number;
  max: number;
}

const CHANGE_MS = 3 * 60_000;

/** What decides how many converters there are. */
export interface Scaler {
  readonly by: 'KEDA' | 'HPA';
  /** Keeps to these bounds from now on, and does not hesitate to scale down. */
  keepTo(bounds: Bounds): Promise<void>;
  /** As the manifests say. */
  restore(): Promise<void>;
}

/** A second instead of the minutes of the manifests. */
const AT_ONCE = {
  scaleDown: {
    stabilizationWindowSeconds: 0,
    policies: [{ type: 'Pods', value: 10, periodSeconds: 1 }],
  },
};

const KINDS = {
  KEDA: {
    kind: 'scaledobjects.keda.sh',
    spec: ({ min, max }: Bounds) => ({
      minReplicaCount: min,
      maxReplicaCount: max,
      advanced: { horizontalPodAutoscalerConfig: { behavior: AT_ONCE } },
    }),
  },
  HPA: {
    kind: 'horizontalpodautoscalers',
    spec: ({ min, max }: Bounds) => ({ minReplicas: min, maxReplicas: max, behavior: AT_ONCE }),
  },
} as const;

export async function scalerOf(cluster: Cluster): Promise<Scaler> {
  const by = (await cluster.has(`${KINDS.KEDA.kind}/converter`)) ? 'KEDA' : 'HPA';
  const { kind, spec } = KINDS[by];
  const inNamespace = ['--namespace', NAMESPACE];
  const object = JSON.parse(await cluster.ask([...inNamespace, 'get', kind, 'converter', '-o', 'json']));
  const patch = async (change: object): Promise<void> => {
    const args = ['patch', kind, 'converter', '--type', 'merge', '--patch', JSON.stringify(change)];
    await cluster.call('Changing what scales the converters', [...inNamespace, ...args], {
      timeoutMs: CHANGE_MS,
    });
  };
  return {
    by,
    keepTo: (bounds) => patch({ spec: spec(bounds) }),
    restore: () => patch({ spec: object.spec }),
  };
}
