import path from 'node:path';
import { parseArgs } from 'node:util';
import { engineHome } from '../docker/engine.ts';
import { imageNames, keepImageNames } from '../docker/image-names.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { addresses } from './addresses.ts';
import { applySecrets } from './apply-secrets.ts';
import { type Cluster, NAMESPACE, OURS, openCluster } from './cluster.ts';
import { ensureDapr } from './dapr.ts';
import { loadImages } from './load-images.ts';
import { makeNamespace, remember, remembered } from './namespace.ts';
import { BY_DEFAULT, choiceFolder, overlayFolder, traitsOf, writeChoice } from './overlay.ts';
import { chooseScaler, removeOtherScaler } from './scaler.ts';
import { UP_OPTIONS } from './up-options.ts';

const usage = `npm run k8s:up -- [--overlay minikube|production] [--registry NAME | --load COMMAND | --no-images] [--no-secrets]
                  [--context NAME]

Brings the whole system into a cluster, or up to date there: installs Dapr where it is missing (by the Dapr CLI, else by Helm),
builds the images and loads them (minikube, kind) or pushes them, makes the secrets that are missing, applies
deploy/kubernetes/overlays/…, waits until everything is ready, and says how to get there.

  --overlay     what to run (default: what runs there already, else minikube, which is for one machine and has a mail sink)
  --registry    push the images there, and let the cluster pull them: registry.example.com/team
  --load        how an image gets to the nodes of a cluster that is neither minikube's nor kind's: a shell command that finds its
                name in $IMAGE and the Docker engine in $DOCKER_HOST, as in 'docker save "$IMAGE" | k3s ctr images import -'
  --no-images   build and load nothing: they are there, under the names that the last k8s:up gave them, or GATEWAY_IMAGE, …
  --no-secrets  they come from elsewhere, by External Secrets say
  --context     of kubectl, if it is not the current one

  PUBLIC_URL   the address in mails, if users reach the gateway by another one; the cluster remembers it
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
    const names = (await cluster.ask([...inNamespace, 'get', kind, ...OURS, '-o', 'name']))
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
      ...UP_OPTIONS,
      context: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  if (values.overlay !== undefined) overlayFolder(values.overlay);
  const { registry, load, images: withImages = true, secrets: withSecrets = true } = values;
  const cluster = await openCluster({ context: values.context, report, signal });
  const before = await remembered(cluster);
  const overlay = values.overlay ?? before.overlay ?? BY_DEFAULT;
  const publicUrl = process.env.PUBLIC_URL || before.publicUrl;
  report(`The cluster is that of kubectl's context ${cluster.context}; the overlay is ${overlay}`);
  await ensureDapr(cluster, { report, signal });
  const traits = await traitsOf(overlay, cluster);
  const scaler = await chooseScaler(cluster, { overlay, traits, report });
  const folder = choiceFolder(dataDir, cluster.context);
  const images = withImages
    ? await loadImages({
        ...{ repoRoot, host: cluster.host, registry, load, report, signal },
        standIns: overlay === BY_DEFAULT,
      })
    : imageNames(folder);
  keepImageNames(folder, images);
  writeChoice(folder, { overlay, images, publicUrl, keda: scaler === 'KEDA' && !traits.needsKeda });

  await makeNamespace(cluster);
  await remember(cluster, { overlay, publicUrl });
  if (withSecrets) {
    const made = await applySecrets(cluster, {}, traits.hasMailSink);
    if (made.length > 0) report(`Made secrets: ${made.join(', ')}`);
  }
  await removeOtherScaler(cluster, scaler);
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
  const from = path.relative(process.cwd(), folder);
  console.log(`
mp3converter runs, as ${from} says.

${(await addresses(cluster)).join('\n')}
`);
}, signal);
