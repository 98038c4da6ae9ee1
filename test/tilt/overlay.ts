// A small stand-in for the rendered manifests that the Tiltfile reads, with one object of each kind.

// biome-ignore lint/suspicious/noExplicitAny: the tests read only a few fields of a manifest
export type Manifest = any;

const metadata = (name: string) => ({ name, namespace: 'mp3converter' });
const plain = (apiVersion: string, kind: string, name: string): Manifest => ({
  ...{ apiVersion, kind },
  metadata: metadata(name),
});

function workload(kind: string, name: string, containers: Manifest[], more: object = {}): Manifest {
  const labels = { app: name };
  const selector = kind === 'Job' ? {} : { selector: { matchLabels: labels } };
  const spec = { containers, ...more, ...(kind === 'Job' && { restartPolicy: 'OnFailure' }) };
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: metadata(name),
    spec: { ...selector, template: { metadata: { labels }, spec } },
  };
}

const probe = { httpGet: { path: '/healthz', port: 8080 } };
const serviceContainer = (service: string, more: object = {}): Manifest => ({
  name: `${service}-container`,
  image: `mp3converter/${service}:dev`,
  securityContext: { readOnlyRootFilesystem: true, runAsNonRoot: true },
  volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  livenessProbe: probe,
  startupProbe: probe,
  readinessProbe: probe,
  ...more,
});

/** A native sidecar of Kubernetes: an init container with restartPolicy Always. */
const mailer = serviceContainer('notification', {
  name: 'mailer',
  restartPolicy: 'Always',
  command: ['node', '--max-semi-space-size=2', '/mp3converter/components/mail/nodemailer/main.ts'],
});
const service = (name: string): Manifest => ({
  ...plain('v1', 'Service', name),
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});
const server = (kind: string, name: string): Manifest[] => [
  workload(kind, name, [{ name, image: `${name}:1` }]),
  service(name),
];

export const overlay: Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mp3converter' } },
  plain('v1', 'ConfigMap', 'mp3converter'),
  plain('v1', 'Secret', 'mp3converter'),
  plain('rbac.authorization.k8s.io/v1', 'Role', 'secret-reader'),
  plain('dapr.io/v1alpha1', 'Component', 'pubsub'),
  plain('dapr.io/v1alpha1', 'Configuration', 'mp3converter'),
  plain('networking.k8s.io/v1', 'Ingress', 'gateway'),
  plain('policy/v1', 'PodDisruptionBudget', 'gateway'),
  ...['gateway', 'auth', 'converter'].map((name) => workload('Deployment', name, [serviceContainer(name)])),
  workload('Deployment', 'notification', [serviceContainer('notification')], { initContainers: [mailer] }),
  service('gateway'),
  ...server('Deployment', 'maildev'),
  ...['rabbitmq', 'mongodb', 'mysql'].flatMap((name) => server('StatefulSet', name)),
  workload('Job', 'mongodb-set', [{ name: 'mongosh', image: 'mongodb:1' }]),
];
