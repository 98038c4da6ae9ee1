import { type Cluster, NAMESPACE } from '../../deploy/kubernetes/cluster.ts';

export interface Bounds {
  min: number;
  max: number;
}

const CHANGE_MS = 3 * 60_000;

/** The autoscaler of the converters. */
export interface Scaler {
  readonly by: 'KEDA' | 'HPA';
  /** Sets the bounds of the number of converters, and lets the autoscaler scale down without its usual delay. */
  keepTo(bounds: Bounds): Promise<void>;
  /** Restores what the manifests say. */
  restore(): Promise<void>;
}

/** Scales down after a second, instead of after minutes as in the manifests. */
const SCALE_DOWN_AT_ONCE = {
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
      advanced: { horizontalPodAutoscalerConfig: { behavior: SCALE_DOWN_AT_ONCE } },
    }),
  },
  HPA: {
    kind: 'horizontalpodautoscalers',
    spec: ({ min, max }: Bounds) => ({ minReplicas: min, maxReplicas: max, behavior: SCALE_DOWN_AT_ONCE }),
  },
} as const;

/** Finds the autoscaler of the deployed converters. */
export async function scalerOf(cluster: Cluster): Promise<Scaler> {
  const by = (await cluster.has(`${KINDS.KEDA.kind}/converter`)) ? 'KEDA' : 'HPA';
  const { kind, spec } = KINDS[by];
  const inNamespace = ['--namespace', NAMESPACE];
  const object = JSON.parse(await cluster.ask([...inNamespace, 'get', kind, 'converter', '-o', 'json']));
  const patch = async (change: object): Promise<void> => {
    const args = ['patch', kind, 'converter', '--type', 'merge', '--patch', JSON.stringify(change)];
    await cluster.call('Changing the autoscaler of the converters', [...inNamespace, ...args], {
      timeoutMs: CHANGE_MS,
    });
  };
  return {
    by,
    keepTo: (bounds) => patch({ spec: spec(bounds) }),
    restore: () => patch({ spec: object.spec }),
  };
}
