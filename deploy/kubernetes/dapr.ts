import { DEFAULTS } from '../docker/image-names.ts';
import { type Report, run } from '../local/processes/run.ts';
import { find } from '../local/tools/find.ts';
import type { Cluster } from './cluster.ts';
import { splitImage } from './overlay.ts';

const INSTALL_MS = 10 * 60_000;
const CHART = process.env.DAPR_CHART || 'dapr/dapr';
/** That of the sidecars everywhere else. */
const VERSION = splitImage(DEFAULTS.DAPRD_IMAGE).newTag;
const SETTINGS = ['--set', 'dapr_sidecar_injector.sidecarDropALLCapabilities=true'];

export interface DaprOptions {
  report: Report;
  signal: AbortSignal;
}

/** Makes sure that Dapr's control plane is in the cluster: by its CLI, else by its Helm chart. */
export async function ensureDapr(cluster: Cluster, { report, signal }: DaprOptions): Promise<void> {
  const isThere =
    (await cluster.has('customresourcedefinition/components.dapr.io')) &&
    (await cluster.ask([
      'get',
      'deployments',
      '--all-namespaces',
      '-l',
      'app=dapr-sidecar-injector',
      '-o',
      'name',
    ])) !== '';
  if (isThere) return;
  const options = { what: 'Installing Dapr', report, signal, timeoutMs: INSTALL_MS };
  const dapr = find('dapr');
  const helm = find('helm');
  report(`Installing Dapr into ${cluster.context} …`);
  if (dapr !== undefined)
    await run(dapr, ['init', '--kubernetes', '--runtime-version', VERSION, '--wait', ...SETTINGS], options);
  else if (helm !== undefined)
    await run(
      helm,
      [
        ...[
          'upgrade',
          '--install',
          'dapr',
          CHART,
          '--namespace',
          'dapr-system',
          '--create-namespace',
          '--wait',
        ],
        ...['--version', VERSION, ...SETTINGS],
      ],
      options,
    ).catch((error: Error) => {
      throw new Error(
        `${error.message}\nIf the chart ${CHART} is not known, add Dapr's chart repository to helm, or name the chart with DAPR_CHART.`,
      );
    });
  else
    throw new Error(
      'Dapr is not in this cluster, and neither dapr nor helm is here to install it: install the Dapr CLI, then `dapr init -k --wait`.',
    );
}
