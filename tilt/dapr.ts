import { run } from '../deploy/local/processes/run.ts';
import { report, runMain, stopSignal } from '../deploy/local/terminal.ts';
import { find } from '../deploy/local/tools/find.ts';
import { type Kubectl, kubectlAt } from './kubectl.ts';

// Tilt runs this before anything that has a sidecar: it looks for Dapr in a cluster, installs it by Dapr's own command
// line where there is none, and otherwise says what to do.

const VERSION = '1.18.2';
const INSTALL_MS = 10 * 60_000;
/** What our manifests ask for. */
const KINDS = ['components', 'configurations', 'resiliencies', 'subscriptions'].map(
  (name) => `${name}.dapr.io`,
);
/** Who works on it. */
const DEPLOYMENTS = ['dapr-operator', 'dapr-sentry', 'dapr-sidecar-injector'];

/** The first part of Dapr that the cluster has not; undefined when it is there and runs. */
async function missingPart(kubectl: Kubectl, signal: AbortSignal): Promise<string | undefined> {
  const rollout = ['--namespace', 'dapr-system', 'rollout', 'status', '--timeout=60s'];
  const checks = [
    ...KINDS.map((kind) => ({ part: `the kind ${kind}`, args: ['get', 'crd', kind, '--output=name'] })),
    ...DEPLOYMENTS.map((name) => ({ part: `a running ${name}`, args: [...rollout, `deployment/${name}`] })),
  ];
  for (const { part, args } of checks) {
    const isThere = await kubectl(`Looking for ${part}`, args, 90_000).then(
      () => true,
      () => false,
    );
    signal.throwIfAborted();
    if (!isThere) return part;
  }
}

const signal = stopSignal();

await runMain(async () => {
  const context = process.argv[2];
  if (context === undefined || context === '') throw new Error('usage: dapr.ts <kubectl context>');
  const kubectl = kubectlAt({ context, report, signal });
  await kubectl('Asking the cluster for its version', ['version']);
  const part = await missingPart(kubectl, signal);
  if (part === undefined) return report('Dapr is there.');
  const dapr = find('dapr');
  if (dapr === undefined)
    throw new Error(
      `Dapr is not in this cluster: ${part} is missing. Install the Dapr command line (https://docs.dapr.io/getting-started/install-dapr-cli) and press the button again, or run \`npm run k8s:up\`, which brings Dapr by its Helm chart.`,
    );
  report(`${part} is missing; installing Dapr ${VERSION} …`);
  const install = ['init', '--kubernetes', '--kube-context', context, '--runtime-version', VERSION, '--wait'];
  await run(dapr, install, { what: 'Installing Dapr', report, signal, timeoutMs: INSTALL_MS });
  const still = await missingPart(kubectl, signal);
  if (still !== undefined) throw new Error(`Dapr was installed, and ${still} is missing all the same.`);
  report('Dapr is there.');
}, signal);
