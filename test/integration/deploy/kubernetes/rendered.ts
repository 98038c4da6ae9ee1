import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ensureKustomize, NoKustomize, render } from './kustomize.ts';
import type { Selector } from './selector.ts';

export const OVERLAYS = ['minikube', 'production'] as const;
export type Overlay = (typeof OVERLAYS)[number];

export interface Container {
  name: string;
  image: string;
  command?: string[];
  restartPolicy?: string;
  env?: {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } };
  }[];
  envFrom?: { configMapRef?: { name: string } }[];
  resources?: Record<'requests' | 'limits', { cpu?: string; memory?: string } | undefined>;
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[]; add?: string[] };
    privileged?: boolean;
    seccompProfile?: { type: string };
    procMount?: string;
  };
  startupProbe?: object;
  readinessProbe?: object;
  livenessProbe?: object;
  lifecycle?: { preStop?: { exec?: { command: string[] } } };
  ports?: { name: string; containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface PodSpec {
  priorityClassName?: string;
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  terminationGracePeriodSeconds?: number;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  shareProcessNamespace?: boolean;
  securityContext?: {
    runAsNonRoot?: boolean;
    runAsUser?: number;
    seccompProfile?: { type: string };
  };
  topologySpreadConstraints?: {
    topologyKey: string;
    maxSkew: number;
    whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
    labelSelector: Selector;
  }[];
  containers: Container[];
  initContainers?: Container[];
  volumes?: {
    name: string;
    hostPath?: object;
    emptyDir?: { sizeLimit?: string };
    ephemeral?: { volumeClaimTemplate: { spec: { resources: { requests: { storage?: string } } } } };
  }[];
}

/** The fields of a Kubernetes object that the tests read. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: it differs for every kind, and each test knows what it expects
  spec?: any;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  auth?: { secretStore: string };
  scopes?: string[];
}

export interface Workload {
  name: string;
  kind: string;
  /** Undefined for Jobs, and where a scaler sets the number. */
  replicas: number | undefined;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  spec: PodSpec;
  containers: Container[];
}

const root = path.resolve(import.meta.dirname, '../../../..');
const signal = AbortSignal.timeout(200_000);

/** Renders every overlay with kustomize. Returns the reason if kustomize is missing, and throws in that case if CI is set. */
export async function renderedOverlays(): Promise<Record<Overlay, Manifest[]> | string> {
  try {
    const kustomize = await ensureKustomize({ report: console.log, signal });
    const entries = OVERLAYS.map(async (overlay) => {
      const text = await render(kustomize, path.join(root, 'deploy/kubernetes/overlays', overlay), signal);
      return [overlay, parseAllDocuments(text).map((document) => document.toJS() as Manifest)];
    });
    return Object.fromEntries(await Promise.all(entries)) as Record<Overlay, Manifest[]>;
  } catch (error) {
    if (!(error instanceof NoKustomize) || process.env.CI) throw error;
    return `NOT TESTED: the manifests for Kubernetes: ${error.message}`;
  }
}

/** The objects of a kind whose API group begins with `group`. */
export const manifestsOf = (manifests: readonly Manifest[], kind: string, group = ''): Manifest[] =>
  manifests.filter((one) => one.kind === kind && one.apiVersion.startsWith(group));

/** All objects that run pods. */
export const workloadsOf = (manifests: readonly Manifest[]): Workload[] =>
  manifests.flatMap(({ kind, metadata, spec }) => {
    const template = spec?.template;
    if (template?.spec?.containers === undefined) return [];
    const pod = template.spec as PodSpec;
    return {
      ...{ name: metadata.name, kind, replicas: spec.replicas, spec: pod },
      labels: template.metadata.labels ?? {},
      annotations: template.metadata.annotations ?? {},
      containers: [...pod.containers, ...(pod.initContainers ?? [])],
    };
  });
