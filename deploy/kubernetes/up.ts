import path from 'node:path';
import { parseArgs } from 'node:util';
import { engineHome } from '../docker/docker-client.ts';
import { imageNames, keepImageNames } from '../docker/image-names.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { describeAddresses } from './addresses.ts';
import { applySecrets } from './apply-secrets.ts';
import { type Cluster, NAMESPACE, OUR_OBJECTS, openCluster } from './cluster.ts';
import { ensureDapr } from './dapr.ts';
import { loadImages } from './load-images.ts';
import { makeNamespace, readDeploymentRecord, recordDeployment } from './namespace.ts';
import {
  clusterOverlayFolder,
  DEFAULT_OVERLAY,
  overlayFolder,
  traitsOf,
  writeClusterOverlay,
} from './overlay.ts';
import { chooseScaler, removeOtherScaler } from './scaler.ts';
import { UP_OPTIONS } from './up-options.ts';

const usage = `npm run k8s:up -- [--overlay minikube|production] [--registry NAME | --load COMMAND | --no-images] [--no-secrets]
                  [--context NAME]

Installs or updates the whole system in a cluster: installs Dapr if it is missing (with the Dapr CLI, else with Helm), builds
the images and loads them (minikube, kind) or pushes them, creates missing secrets, applies deploy/kubernetes/overlays/…,
waits until everything is ready, and prints how to reach the system.

  --overlay     overlay to deploy (default: the one that the cluster runs, else minikube, for one machine, with a mail sink)
  --registry    pushes the images to this registry, from which the cluster pulls them: registry.example.com/team
  --load        shell command that copies an image to the nodes of a cluster that is neither minikube nor kind. $IMAGE is the name
                of the image, $DOCKER_HOST the Docker engine: 'docker save "$IMAGE" | k3s ctr images import -'
  --no-images   builds and loads no images: uses those of the last k8s:up, or GATEWAY_IMAGE, …
  --no-secrets  creates no secrets, because something else does, such as External Secrets
  --context     a context of kubectl other than the current one

  PUBLIC_URL   address in the links of mails, if it differs from the overlay's; the cluster remembers it
  DAPR_CHART   Dapr's Helm chart (default dapr/dapr)
  Pass the address of a managed server or a mail server once to npm run secrets; see its --help.
`;

const READY_MS = 12 * 60_000;
const repoRoot = path.resolve(import.meta.dirname, '../..');
const dataDir = path.join(repoRoot, '.data');
const signal = stopSignal(engineHome());

/** Applies manifests, and waits until every object of these kinds is ready. */
async function applyAndWait(cluster: Cluster, args: string[], kinds: string[]): Promise<void> {
  await cluster.call('Applying the manifests', args, { timeoutMs: 3 * 60_000 });
  const inNamespace = ['--namespace', NAMESPACE];
  for (const kind of kinds) {
    const names = (await cluster.ask([...inNamespace, 'get', kind, ...OUR_OBJECTS, '-o', 'name']))
      .split('\n')
      .filter(Boolean);
    for (const name of names) {
      const until =
        kind === 'jobs' ? ['wait', '--for=condition=complete', name] : ['rollout', 'status', name];
      const timeout = `--timeout=${READY_MS / 1000}s`;
      const options = { timeoutMs: READY_MS + 10_000 };
      await cluster.call(`Waiting for ${name}`, [...inNamespace, ...until, timeout], options);
      report(`${name} is ready`);
    }
  }
}

function readOptions() {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      ...UP_OPTIONS,
      context: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { images = true, secrets = true, ...others } = values;
  return { images, secrets, ...others };
}

async function applyServersThenServices(cluster: Cluster, folder: string): Promise<void> {
  // A sidecar that does not find its store exits, and Kubernetes restarts it after longer and longer delays.
  const servers = ['--selector', 'app.kubernetes.io/component!=service'];
  try {
    await applyAndWait(cluster, ['apply', '-k', folder, ...servers], ['statefulsets', 'jobs']);
    await applyAndWait(cluster, ['apply', '-k', folder], ['deployments']);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`${(error as Error).message}\nnpm run k8s:status shows what is wrong.`, { cause: error });
  }
}

await runMain(async () => {
  const options = readOptions();
  if (options.help) return console.log(usage);
  if (options.overlay !== undefined) overlayFolder(options.overlay);
  const cluster = await openCluster({ context: options.context, report, signal });
  const previous = await readDeploymentRecord(cluster);
  const overlay = options.overlay ?? previous.overlay ?? DEFAULT_OVERLAY;
  const publicUrl = process.env.PUBLIC_URL || previous.publicUrl;
  report(`Using the cluster of kubectl's context ${cluster.context} and the overlay ${overlay}`);
  await ensureDapr(cluster, { report, signal });
  const traits = await traitsOf(overlay, cluster);
  const scaler = await chooseScaler(cluster, { overlay, traits, report });
  const folder = clusterOverlayFolder(dataDir, cluster.context);
  const images = options.images
    ? await loadImages({
        ...{ repoRoot, host: cluster.host, report, signal },
        ...{ registry: options.registry, load: options.load },
        standIns: overlay === DEFAULT_OVERLAY,
      })
    : imageNames(folder);
  keepImageNames(folder, images);
  writeClusterOverlay(folder, { overlay, images, publicUrl, keda: scaler === 'KEDA' && !traits.needsKeda });

  await makeNamespace(cluster);
  await recordDeployment(cluster, { overlay, publicUrl });
  if (options.secrets) {
    const changed = await applySecrets(cluster, {}, traits.hasMailSink);
    if (changed.length > 0) report(`Created secrets: ${changed.join(', ')}`);
  }
  await removeOtherScaler(cluster, scaler);
  // The fields of a Job cannot be changed.
  const job = ['delete', 'job', 'mongodb-set', '--namespace', NAMESPACE, '--ignore-not-found', '--wait'];
  await cluster.call('Removing the previous job', job);
  await applyServersThenServices(cluster, folder);
  console.log(`
mp3converter runs, as configured in ${path.relative(process.cwd(), folder)}.

${(await describeAddresses(cluster)).join('\n')}
`);
}, signal);
