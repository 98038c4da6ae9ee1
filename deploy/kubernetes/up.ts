import path from 'node:path';
import { parseArgs } from 'node:util';
import { engineHome } from '../docker/engine.ts';
import { imageNames, keepImageNames } from '../docker/image-names.ts';
import { report, runMain, stopSignal } from '../local/terminal.ts';
import { addresses } from './addresses.ts';
import { applySecrets } from './apply-secrets.ts';
import { type Cluster, NAMESPACE, openCluster } from './cluster.ts';
import { ensureDapr } from './dapr.ts';
import { loadImages } from './load-images.ts';
import { hasMailSink, overlayFolder, writeOverlay } from './overlay.ts';

const usage = `npm run k8s:up -- [--overlay minikube|production] [--registry NAME | --load COMMAND | --no-images]

Brings the whole system into the cluster of kubectl's current context, or up to date there: installs Dapr where it is missing (by
the Dapr CLI, else by Helm), builds the images and loads them (minikube, kind) or pushes them, makes the secrets that are missing,
applies deploy/kubernetes/overlays/…, waits until everything is ready, and says how to get there.

  --overlay    what to run (default minikube: everything once, and a mail sink)
  --registry   push the images there, and let the cluster pull them: registry.example.com/team
  --load       how an image gets to the nodes of a cluster that is neither minikube's nor kind's: a shell command that finds its
               name in $IMAGE and the Docker engine in $DOCKER_HOST, as in 'docker save "$IMAGE" | k3s ctr images import -'
  --no-images  build and load nothing: they are there, under the names that the last k8s:up gave them, or GATEWAY_IMAGE, …

  PUBLIC_URL   the address in mails, if users reach the gateway by another one
  DAPR_CHART   Dapr's Helm chart (default dapr/dapr)
  A server or mail server elsewhere is named once, by npm run secrets; see its --help.
`;

const READY_MS = 12 * 60_000;
const repoRoot = path.resolve(import.meta.dirname, '../..');
const dataDir = path.join(repoRoot, '.data');
const signal = stopSignal(engineHome());

async function applyAndWait(cluster: Cluster, args: string[], kinds: string[]): Promise<void> {
  await cluster.call('Applying the manifests', args, { timeoutMs: 3 * 60_000 });
  const inNamespace = ['--namespace', NAMESPACE];
  for (const kind of kinds) {
    const names = (await cluster.ask([...inNamespace, 'get', kind, '-o', 'name']))
      .split('\n')
      .filter(Boolean);
    for (const name of names) {
      const until =
        kind === 'jobs' ? ['wait', '--for=condition=complete', name] : ['rollout', 'status', name];
      const bound = `--timeout=${READY_MS / 1000}s`;
      const options = { timeoutMs: READY_MS + 10_000 };
      await cluster.call(`Waiting for ${name}`, [...inNamespace, ...until, bound], options);
      report(`${name} is ready`);
    }
  }
}

await runMain(async () => {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      overlay: { type: 'string', default: 'minikube' },
      registry: { type: 'string' },
      load: { type: 'string' },
      images: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const { overlay, registry, load } = values;
  overlayFolder(overlay);
  const cluster = await openCluster({ report, signal });
  report(`The cluster is that of kubectl's context ${cluster.context}`);
  await ensureDapr(cluster, { report, signal });
  const ours = path.join(dataDir, 'kubernetes');
  const images = values.images
    ? await loadImages({ repoRoot, host: cluster.host, registry, load, report, signal })
    : imageNames(ours);
  keepImageNames(ours, images);
  const keda = await cluster.has('customresourcedefinition/scaledobjects.keda.sh');
  const needsKeda = (await cluster.ask(['kustomize', overlayFolder(overlay)])).includes('kind: ScaledObject');
  if (needsKeda && !keda)
    throw new Error(
      `The overlay ${overlay} scales converters by KEDA, which is not in this cluster: install it (keda.sh), or pick scaling/hpa in its kustomization.yaml.`,
    );
  report(
    `Converters are scaled by ${keda ? 'KEDA, by the length of their queue' : 'an HPA, by their use of CPU'}`,
  );
  const publicUrl = process.env.PUBLIC_URL;
  const folder = writeOverlay(dataDir, { overlay, images, publicUrl, keda: keda && !needsKeda });

  await cluster.call('Making the namespace', [
    'apply',
    '-f',
    path.join(import.meta.dirname, 'base/namespace.yaml'),
  ]);
  const made = await applySecrets(cluster, {}, hasMailSink(overlay));
  if (made.length > 0) report(`Made secrets: ${made.join(', ')}`);
  // Where KEDA has come or gone since: two would pull at one Deployment.
  const other = keda ? 'horizontalpodautoscaler/converter' : 'scaledobject.keda.sh/converter';
  if (await cluster.has(other))
    await cluster.call(`Removing ${other}`, ['delete', other, '--namespace', NAMESPACE, '--wait']);
  const job = ['delete', 'job', 'mongodb-set', '--namespace', NAMESPACE, '--ignore-not-found', '--wait'];
  await cluster.call('Removing the last job', job);
  // Servers first: a sidecar that does not find its store ends, and is started again later and later.
  const servers = ['--selector', 'app.kubernetes.io/component!=service'];
  try {
    await applyAndWait(cluster, ['apply', '-k', folder, ...servers], ['statefulsets', 'jobs']);
    await applyAndWait(cluster, ['apply', '-k', folder], ['deployments']);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`${(error as Error).message}\nSee what is wrong by npm run k8s:status.`, {
      cause: error,
    });
  }
  console.log(`\nmp3converter runs.\n\n${(await addresses(cluster)).join('\n')}\n`);
}, signal);
