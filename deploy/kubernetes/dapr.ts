import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULTS } from '../docker/image-names.ts';
import { writePrivate } from '../process/private-files.ts';
import { type Report, run } from '../process/run.ts';
import { which } from '../process/which.ts';
import type { Cluster } from './cluster.ts';
import { splitImage } from './overlay.ts';

const INSTALL_MS = 10 * 60_000;
const READY_SECONDS = 300;
const CHART = process.env.DAPR_CHART || 'dapr/dapr';
/** That of the sidecars everywhere else. */
const VERSION = splitImage(DEFAULTS.DAPRD_IMAGE).newTag;
const SETTINGS = ['--set', 'dapr_sidecar_injector.sidecarDropALLCapabilities=true'];

export interface DaprOptions {
  report: Report;
  signal: AbortSignal;
}

/** Makes sure that Dapr's control plane is in the cluster, by its CLI, else by its Helm chart, and that it puts sidecars beside pods. */
export async function ensureDapr(cluster: Cluster, options: DaprOptions): Promise<void> {
  if ((await injectorNamespace(cluster)) === undefined) await install(cluster, options);
  const namespace = await injectorNamespace(cluster);
  if (namespace === undefined)
    throw new Error('Dapr was installed, and its sidecar injector is not there all the same.');
  // A pod that it does not see gets no sidecar, and never becomes ready.
  const args = ['rollout', 'status', 'deployment', '--selector', 'app=dapr-sidecar-injector'];
  await cluster.call('Waiting for Dapr', [...args, '--namespace', namespace, `--timeout=${READY_SECONDS}s`], {
    timeoutMs: (READY_SECONDS + 10) * 1000,
  });
}

async function injectorNamespace(cluster: Cluster): Promise<string | undefined> {
  if (!(await cluster.has('customresourcedefinition/components.dapr.io'))) return undefined;
  const injectors = ['deployments', '--all-namespaces', '--selector', 'app=dapr-sidecar-injector'];
  const { items } = JSON.parse(await cluster.ask(['get', ...injectors, '-o', 'json']));
  return items[0]?.metadata.namespace;
}

async function install(cluster: Cluster, { report, signal }: DaprOptions): Promise<void> {
  const dapr = which('dapr');
  const helm = which('helm');
  if (dapr === undefined && helm === undefined)
    throw new Error(
      'Dapr is not in this cluster, and neither dapr nor helm is here to install it: install the Dapr CLI, then `dapr init -k --wait`.',
    );
  report(`Installing Dapr into ${cluster.context} …`);
  // Dapr's CLI takes the current context alone: here is one where ours is.
  const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-kubeconfig-'));
  const kubeconfig = path.join(folder, 'config');
  try {
    writePrivate(kubeconfig, await cluster.ask(['config', 'view', '--minify', '--flatten', '--raw']));
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const options = { what: 'Installing Dapr', report, signal, timeoutMs: INSTALL_MS, env };
    if (dapr !== undefined)
      await run(dapr, ['init', '--kubernetes', '--runtime-version', VERSION, '--wait', ...SETTINGS], options);
    else {
      const place = ['--namespace', 'dapr-system', '--create-namespace', '--wait'];
      const args = ['upgrade', '--install', 'dapr', CHART, ...place, '--version', VERSION, ...SETTINGS];
      await run(helm as string, args, options).catch((error: Error) => {
        throw new Error(
          `${error.message}\nIf the chart ${CHART} is not known, add Dapr's chart repository to helm, or name the chart with DAPR_CHART.`,
        );
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
