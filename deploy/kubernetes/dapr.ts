import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writePrivate } from '../../services/shared/runtime/private-files.ts';
import { DEFAULTS } from '../docker/image-names.ts';
import { type Report, run } from '../process/run.ts';
import { which } from '../process/which.ts';
import type { Cluster } from './cluster.ts';
import { splitImage } from './overlay.ts';

const INSTALL_MS = 10 * 60_000;
const READY_SECONDS = 300;
const CHART = process.env.DAPR_CHART || 'dapr/dapr';
/** The same version as the sidecars that run outside Kubernetes. */
const VERSION = splitImage(DEFAULTS.DAPRD_IMAGE).newTag;
const SETTINGS = ['--set', 'dapr_sidecar_injector.sidecarDropALLCapabilities=true'];

export interface DaprOptions {
  report: Report;
  signal: AbortSignal;
}

/** Installs Dapr's control plane if it is missing, with the Dapr CLI or else with Helm, and waits for the sidecar injector. */
export async function ensureDapr(cluster: Cluster, options: DaprOptions): Promise<void> {
  if ((await injectorNamespace(cluster)) === undefined) await install(cluster, options);
  const namespace = await injectorNamespace(cluster);
  if (namespace === undefined) throw new Error('Dapr is installed, but its sidecar injector is missing.');
  // A pod that starts before the injector gets no sidecar, and never becomes ready.
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
      'Dapr is not in this cluster, and installing it needs the Dapr CLI or Helm: install the Dapr CLI, then run `dapr init -k --wait`.',
    );
  report(`Installing Dapr into ${cluster.context} …`);
  // Dapr's CLI always uses the current context, so it gets a kubeconfig in which the context of this cluster is current.
  const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-kubeconfig-'));
  const kubeconfig = path.join(folder, 'config');
  try {
    writePrivate(kubeconfig, await cluster.ask(['config', 'view', '--minify', '--flatten', '--raw']));
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const options = { what: 'Installing Dapr', report, signal, timeoutMs: INSTALL_MS, env };
    if (dapr !== undefined)
      await run(dapr, ['init', '--kubernetes', '--runtime-version', VERSION, '--wait', ...SETTINGS], options);
    else {
      const namespace = ['--namespace', 'dapr-system', '--create-namespace', '--wait'];
      const args = ['upgrade', '--install', 'dapr', CHART, ...namespace, '--version', VERSION, ...SETTINGS];
      await run(helm as string, args, options).catch((error: Error) => {
        throw new Error(
          `${error.message}\nIf helm does not find the chart ${CHART}, add Dapr's chart repository, or set DAPR_CHART to another chart.`,
        );
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
